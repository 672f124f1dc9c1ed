package dev.lockstep.benchmarks.kernel;

import dev.lockstep.backend.cpu.kernel.FlatSum;
import dev.lockstep.collectives.GroupOptions;
import dev.lockstep.collectives.ProcessGroup;
import dev.lockstep.collectives.ReduceOp;
import dev.lockstep.collectives.TransportProcessGroup;
import dev.lockstep.collectives.Work;
import dev.lockstep.collectives.transport.InProcessTransport;
import dev.lockstep.layout.DType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.TearDown;

/**
 * The sum over ranks by the canonical tree, all ranks in one process; processes are {@code bench allreduce}'s affair.
 */
public class AllReduceBenchmark extends KernelBenchmark {
    /** Bytes of a rank. */
    @Param({"4", "65536", "1048576", "16777216"})
    public long bytes;

    /** Ranks: also where the tree is not full. */
    @Param({"2", "3"})
    public int ranks;

    private final List<ProcessGroup> groups = new ArrayList<>();
    private final List<MemorySegment> in = new ArrayList<>();
    private final List<MemorySegment> out = new ArrayList<>();

    /** Connects the ranks. */
    @Setup
    public void setUp() {
        Arena arena = Arena.ofAuto();
        GroupOptions options = GroupOptions.defaults().withKernel((dtype, op, left, right, target) -> {
            FlatSum.add(left.address(), right.address(), target.address(), target.byteSize() / Float.BYTES);
            return true;
        });
        InProcessTransport.connectShared(ranks, 1, System::nanoTime).forEach(transport -> {
            groups.add(new TransportProcessGroup(transport, options));
            in.add(arena.allocate(bytes, 64));
            out.add(arena.allocate(bytes, 64));
        });
    }

    /** Ends the groups. */
    @TearDown
    public void tearDown() {
        groups.forEach(ProcessGroup::close);
        groups.clear();
        in.clear();
        out.clear();
    }

    /** One sum, begun and awaited by one thread for all ranks. */
    @Benchmark
    public MemorySegment sum() {
        List<Work> works = new ArrayList<>();
        for (int rank = 0; rank < ranks; rank++) {
            works.add(groups.get(rank).allReduce(in.get(rank), out.get(rank), DType.F32, ReduceOp.SUM));
        }
        works.forEach(work -> work.await(groups.getFirst().timeout()));
        return out.getFirst();
    }
}
