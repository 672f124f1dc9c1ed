package dev.lockstep.launcher.worker;

import dev.lockstep.collectives.CollectiveException;
import dev.lockstep.collectives.shared.SharedIdentity;
import dev.lockstep.collectives.shared.SharedMemory;
import dev.lockstep.collectives.transport.Hosts;
import dev.lockstep.collectives.transport.MixedTransport;
import dev.lockstep.collectives.transport.SubTransport;
import dev.lockstep.collectives.transport.Transport;
import dev.lockstep.launcher.ExitCode;
import dev.lockstep.launcher.LaunchException;
import dev.lockstep.launcher.SharedFolder;
import dev.lockstep.launcher.link.AgentMessage;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The data plane of workers that may share memory. Each tells the place of its memory with its address; a generation
 * whose members are all in one place goes through shared memory; in any other, TCP connects the places, and shared
 * memory the members of each.
 */
final class LocalPlane implements DataPlane {
    /** What stands between where a worker listens and the place of its memory. */
    private static final String PLACE_MARK = "#";

    private static final String SHM = "shm";

    /** The message space of members of one place that can have no shared memory. */
    private static final long NEIGHBOURS = -3;

    private final DataPlane tcp;
    private final SharedMemory memory;
    private final String place;
    private final boolean required;
    private final Consumer<String> warn;

    private LocalPlane(DataPlane tcp, SharedMemory memory, String place, boolean required, Consumer<String> warn) {
        this.tcp = tcp;
        this.memory = memory;
        this.place = place;
        this.required = required;
        this.warn = warn;
    }

    /**
     * Opens the data plane that the flags name.
     *
     * @param warn receives one line where shared memory would be chosen but cannot be had
     * @throws LaunchException if shared memory was asked for by name and cannot be had
     */
    static DataPlane open(AgentMessage.JobFlags flags, Consumer<String> warn) {
        if (flags.transport().equals("aeron")) {
            return WirePlane.aeron(flags);
        }
        DataPlane tcp = WirePlane.tcp(flags);
        if (flags.transport().equals("tcp")) {
            return tcp;
        }
        SharedMemory memory = SharedFolder.open(new SharedIdentity(flags.runId(), flags.attempt(), flags.jobToken()));
        boolean required = flags.transport().equals(SHM);
        Optional<String> place = place(memory, flags.maxWorkers());
        if (place.isPresent()) {
            return new LocalPlane(tcp, memory, place.get(), required, warn);
        }
        String problem = "no shared memory for " + flags.maxWorkers() + " workers in " + SharedFolder.path();
        if (required) {
            tcp.close();
            throw new LaunchException(ExitCode.ENVIRONMENT, "--transport shm: " + problem);
        }
        warn.accept(problem + ": using TCP");
        return tcp;
    }

    private static Optional<String> place(SharedMemory memory, int workers) {
        try {
            return memory.hasRoomFor(workers) ? Optional.of(memory.place()) : Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    @Override
    public String address() {
        return tcp.address() + PLACE_MARK + place;
    }

    @Override
    public Transport connect(AgentMessage.Form form, Duration timeout) {
        List<String> addresses =
                form.peers().stream().map(AgentMessage.Peer::address).toList();
        if (addresses.stream().allMatch(address -> address.endsWith(PLACE_MARK + place))) {
            Optional<Transport> shared = memory.join(form.generation(), form.rank(), processes(form), timeout);
            if (shared.isPresent()) {
                return shared.get();
            }
            warn.accept("no shared memory left for generation " + form.generation() + ": using TCP");
        }
        if (required) {
            throw new LaunchException(
                    ExitCode.ENVIRONMENT, "--transport shm: the workers " + addresses + " share no memory");
        }
        Transport between = tcp.connect(form, timeout);
        try {
            return byPlaces(form, between, timeout);
        } catch (CollectiveException failure) {
            between.abort(failure);
            throw failure;
        }
    }

    private Transport byPlaces(AgentMessage.Form form, Transport between, Duration timeout) {
        List<List<Integer>> hosts =
                byPlace(form.peers().stream().map(AgentMessage.Peer::address).toList());
        if (hosts.size() == form.peers().size()) {
            return between;
        }
        int here = 0;
        while (!hosts.get(here).contains(form.rank())) {
            here++;
        }
        List<Integer> neighbours = hosts.get(here);
        Optional<Transport> near = neighbours.size() > 1 ? near(form, neighbours, timeout) : Optional.empty();
        // Without shared memory neighbours keep their part in the stages, which all members must see alike.
        Transport local = near.orElseGet(() -> SubTransport.of(between, neighbours, NEIGHBOURS));
        return new MixedTransport(between, new Hosts(hosts, here, local));
    }

    private Optional<Transport> near(AgentMessage.Form form, List<Integer> neighbours, Duration timeout) {
        List<String> all = processes(form);
        List<String> names = neighbours.stream().map(all::get).toList();
        return memory.join(form.generation(), neighbours.indexOf(form.rank()), names, timeout);
    }

    /** {@return the ranks by the place of their memory; one that told none is alone} */
    static List<List<Integer>> byPlace(List<String> addresses) {
        Map<String, List<Integer>> places = new LinkedHashMap<>();
        for (int rank = 0; rank < addresses.size(); rank++) {
            String address = addresses.get(rank);
            int mark = address.indexOf(PLACE_MARK);
            String place = mark < 0 ? address : address.substring(mark);
            places.computeIfAbsent(place, _ -> new ArrayList<>()).add(rank);
        }
        return List.copyOf(places.values());
    }

    private static List<String> processes(AgentMessage.Form form) {
        return form.peers().stream().map(peer -> "process " + peer.pid()).toList();
    }

    /** {@return where a worker listens, of what it told} */
    static String listening(String address) {
        int mark = address.indexOf(PLACE_MARK);
        return mark < 0 ? address : address.substring(0, mark);
    }

    @Override
    public void fence(long generation) {
        tcp.fence(generation);
        memory.fence(generation);
    }

    @Override
    public void close() {
        tcp.close();
    }
}
