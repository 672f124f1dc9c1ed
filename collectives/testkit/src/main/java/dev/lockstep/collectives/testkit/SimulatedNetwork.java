package dev.lockstep.collectives.testkit;

import dev.lockstep.collectives.transport.Transport;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * A network in virtual time that delays, reorders, loses, doubles and damages packets and falls apart, as the seed
 * says. Used by the one thread that runs the schedule.
 */
public final class SimulatedNetwork {
    private final VirtualSchedule schedule;
    private final SplittableRandom random;
    private final Weather weather;
    private final List<SimulatedTransport> transports = new ArrayList<>();
    private final boolean[][] cut;

    /** Makes a network of {@code size} ranks. */
    public SimulatedNetwork(int size, VirtualSchedule schedule, Weather weather, SplittableRandom random) {
        this.schedule = schedule;
        this.weather = weather;
        this.random = random;
        this.cut = new boolean[size][size];
        for (int rank = 0; rank < size; rank++) {
            transports.add(new SimulatedTransport(this, rank, size));
        }
    }

    /** {@return the transports by rank} */
    public List<Transport> transports() {
        return List.copyOf(transports);
    }

    VirtualSchedule schedule() {
        return schedule;
    }

    SplittableRandom random() {
        return random;
    }

    Weather weather() {
        return weather;
    }

    /** Cuts or mends the way from one rank to another; packets vanish silently on a way that is cut. */
    public void cut(int from, int to, boolean isCut) {
        cut[from][to] = isCut;
    }

    /** Cuts the ranks of {@code group} off from all others, both ways or only outwards. */
    public void isolate(List<Integer> group, boolean bothWays, boolean isCut) {
        for (int rank = 0; rank < cut.length; rank++) {
            for (int member : group) {
                if (!group.contains(rank)) {
                    cut(member, rank, isCut);
                    cut(rank, member, isCut && bothWays);
                }
            }
        }
    }

    /** Lets a packet go: it arrives some time later, or never, or twice. */
    void transmit(int from, int to, Packet packet) {
        int copies = Weather.strikes(weather.duplication(), random) ? 2 : 1;
        for (int copy = 0; copy < copies; copy++) {
            if (!cut[from][to] && !Weather.strikes(weather.loss(), random)) {
                Packet arriving = Weather.strikes(weather.corruption(), random) ? packet.damaged(random) : packet;
                schedule.at(schedule.now() + delay(), () -> transports.get(to).arrive(from, arriving));
            }
        }
    }

    long delay() {
        return random.nextLong(weather.delayNanosMax() + 1);
    }
}
