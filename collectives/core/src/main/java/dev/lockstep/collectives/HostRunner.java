package dev.lockstep.collectives;

import dev.lockstep.collectives.algorithm.Blocks;
import dev.lockstep.collectives.algorithm.Scratch;
import dev.lockstep.collectives.algorithm.StagedReduction;
import dev.lockstep.collectives.transport.Hosts;
import dev.lockstep.collectives.transport.Signature;
import dev.lockstep.layout.VirtualRanks;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Runs all-reduces, broadcasts and barriers in stages: among the ranks of each machine in their shared memory, among
 * the machines' leaders over the network, and back. One at a time, so that all ranks run the stages in one order.
 * Everything else goes as messages between all ranks. Thread-safe.
 */
final class HostRunner implements CollectiveRunner {
    /** Every wait inside a stage has the group's bound, and names who has not come. */
    private static final Duration ENDLESS = Duration.ofDays(1);

    /** Who waits for a collective must not run it out of its turn. */
    private static final Duration NEVER = Duration.ofDays(10_000);

    private final MessageRunner messages;
    private final Hosts hosts;
    private final CollectiveRunner local;
    private final Optional<? extends CollectiveRunner> leaders;
    private final Lanes lane;
    private final Scratch scratch = new Scratch();

    /** What stages are run by: the ranks of this machine; the leaders, where this rank is one. */
    record Stages(CollectiveRunner local, Optional<? extends CollectiveRunner> leaders) {}

    /**
     * Makes a runner.
     *
     * @param fate hears of the first failure before any work fails
     */
    HostRunner(MessageRunner messages, Hosts hosts, Stages stages, SharedFate fate) {
        this.messages = messages;
        this.hosts = hosts;
        this.local = stages.local();
        this.leaders = stages.leaders();
        String name = "collectives-" + hosts.local().generation() + "." + hosts.rank();
        this.lane = new Lanes(name, 1, NEVER, fate);
    }

    @Override
    public Work allReduce(Signature call, Algorithm algorithm, MemorySegment in, MemorySegment out) {
        if (algorithm == Algorithm.RING || algorithm == Algorithm.DOUBLING) {
            return messages.allReduce(call, algorithm, in, out);
        }
        return lane.submit(call, true, () -> reduce(call, in, out));
    }

    /** Reduces in the tree in which each rank is one leaf. */
    private void reduce(Signature call, MemorySegment in, MemorySegment out) {
        int size = hosts.ranks().stream().mapToInt(List::size).sum();
        List<VirtualRanks> leaves = IntStream.range(0, size)
                .mapToObj(rank -> new VirtualRanks(rank, rank + 1))
                .toList();
        StagedReduction reduction = new StagedReduction(call, in, out, scratch);
        TreeSum tree = new TreeSum(
                size,
                reduction.call().dtype(),
                leaves.stream().map(List::of).toList(),
                List.of(new TreeSum.Run(call.elements(), leaves)));
        sum(reduction.call(), new HostTree(tree, hosts.ranks()), List.of(reduction.in()), reduction.out());
        reduction.finish(size);
    }

    @Override
    public Work allReduce(Signature call, TreeSum tree, List<MemorySegment> partials, MemorySegment out) {
        HostTree stages = new HostTree(tree, hosts.ranks());
        return lane.submit(call, true, () -> sum(call, stages, partials, out));
    }

    private void sum(Signature call, HostTree stages, List<MemorySegment> partials, MemorySegment out) {
        List<MemorySegment> taken = new ArrayList<>();
        List<MemorySegment> sums = new ArrayList<>();
        for (VirtualRanks node : stages.complete(hosts.here())) {
            taken.add(scratch.take(out.byteSize()));
            MemorySegment room = taken.getLast().asSlice(0, out.byteSize());
            List<MemorySegment> mine = stages.placesInside(hosts.rank(), node).stream()
                    .map(partials::get)
                    .toList();
            await(local.allReduce(call, stages.within(hosts.here(), node), mine, room));
            sums.add(room);
        }
        leaders.ifPresent(group -> await(group.allReduce(call, stages.between(), sums, out)));
        await(local.broadcast(call, out, 0));
        taken.forEach(scratch::give);
    }

    private static void await(Work work) {
        work.await(ENDLESS);
    }

    @Override
    public Work broadcast(Signature call, MemorySegment data, int root) {
        int host = IntStream.range(0, hosts.ranks().size())
                .filter(machine -> hosts.ranks().get(machine).contains(root))
                .findFirst()
                .orElseThrow();
        return lane.submit(call, true, () -> {
            if (host == hosts.here()) {
                await(local.broadcast(call, data, hosts.ranks().get(host).indexOf(root)));
            }
            leaders.ifPresent(group -> await(group.broadcast(call, data, host)));
            if (host != hosts.here()) {
                await(local.broadcast(call, data, 0));
            }
        });
    }

    @Override
    public Work barrier(Signature call) {
        return lane.submit(call, true, () -> {
            await(local.barrier(call));
            leaders.ifPresent(group -> await(group.barrier(call)));
            await(local.barrier(call));
        });
    }

    @Override
    public Work reduceScatter(Signature call, MemorySegment in, MemorySegment out) {
        return messages.reduceScatter(call, in, out);
    }

    @Override
    public Work reduce(Signature call, MemorySegment in, MemorySegment out, int root) {
        return messages.reduce(call, in, out, root);
    }

    @Override
    public GatherWork allGather(Signature call, MemorySegment mine) {
        return messages.allGather(call, mine);
    }

    @Override
    public Work allGather(Signature call, MemorySegment mine, MemorySegment out) {
        return messages.allGather(call, mine, out);
    }

    @Override
    public Work exchange(Signature call, Blocks blocks, boolean toOne) {
        return messages.exchange(call, blocks, toOne);
    }

    @Override
    public boolean isIdle() {
        return lane.isIdle() && messages.isIdle();
    }

    @Override
    public long bytesSent() {
        return local.bytesSent() + leaders.map(CollectiveRunner::bytesSent).orElse(0L);
    }

    @Override
    public boolean fail(CollectiveException reason) {
        return lane.fail(reason);
    }

    @Override
    public boolean awaitQuiet() {
        return lane.awaitQuiet();
    }
}
