package dev.lockstep.collectives.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lockstep.collectives.GroupOptions;
import dev.lockstep.collectives.ProcessGroup;
import dev.lockstep.collectives.ReduceOp;
import dev.lockstep.collectives.TransportProcessGroup;
import dev.lockstep.collectives.transport.Hosts;
import dev.lockstep.collectives.transport.InProcessTransport;
import dev.lockstep.collectives.transport.MixedTransport;
import dev.lockstep.collectives.transport.Transport;
import dev.lockstep.layout.DType;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Machines of different sizes: shared memory inside each, messages between them. */
class MixedContractTest {
    /** {@return ranks 0 to size - 1 on machines of two ranks and of three in turn, the last one with what is left} */
    private static List<List<Integer>> hosts(int size) {
        List<List<Integer>> hosts = new ArrayList<>();
        int from = 0;
        while (from < size) {
            int to = Math.min(size, from + 2 + hosts.size() % 2);
            hosts.add(IntStream.range(from, to).boxed().toList());
            from = to;
        }
        return hosts;
    }

    private static List<ProcessGroup> connect(int size, GroupOptions options, List<List<Integer>> hosts) {
        List<Transport> between = InProcessTransport.connect(size, 1);
        ProcessGroup[] groups = new ProcessGroup[size];
        for (int host = 0; host < hosts.size(); host++) {
            List<Integer> ranks = hosts.get(host);
            List<Transport> local = InProcessTransport.connectShared(ranks.size(), 1, System::nanoTime);
            for (int place = 0; place < ranks.size(); place++) {
                Hosts seen = new Hosts(hosts, host, local.get(place));
                groups[ranks.get(place)] =
                        new TransportProcessGroup(new MixedTransport(between.get(ranks.get(place)), seen), options);
            }
        }
        return List.of(groups);
    }

    @Nested
    class Computes extends ProcessGroupContract {
        @Override
        protected List<ProcessGroup> connect(int size, GroupOptions options) {
            return MixedContractTest.connect(size, options, hosts(size));
        }

        /** Machines of two and of three ranks: every operation goes by the leaders, 16-bit floats as f32. */
        @ParameterizedTest
        @EnumSource(ReduceOp.class)
        void everyOperationGoesTheWayOfASum(ReduceOp op) {
            List<Long> sum = sent(DType.F32, ReduceOp.SUM);
            for (DType dtype : List.of(DType.F32, DType.BF16, DType.F16)) {
                assertEquals(sum, sent(dtype, op), dtype + " " + op);
            }
        }

        @Test
        void aPartOnOneMachineSharesMemory() {
            Ranks.run(groups(5), group -> {
                int machine = group.rank() < 2 ? 0 : 1;
                assertTrue(group.split(machine, -group.rank()).orElseThrow().sharesMemory());
                assertFalse(group.newGroup(List.of(4, 1, 0, 2, 3)).orElseThrow().sharesMemory());
                return true;
            });
        }

        private List<Long> sent(DType dtype, ReduceOp op) {
            return Ranks.run(groups(5), group -> {
                MemorySegment in = Data.of(dtype, new double[100_000]);
                done(group.allReduce(in, Data.room(in.byteSize()), dtype, op));
                return group.bytesSent();
            });
        }
    }

    /** Ranks that are dealt to two machines by turns: no machine has a run of them. */
    @Nested
    class MovesBetweenMachinesWithGaps extends MovingContract {
        @Override
        protected List<ProcessGroup> connect(int size, GroupOptions options) {
            List<List<Integer>> hosts = new ArrayList<>();
            for (int host = 0; host < Math.min(2, size); host++) {
                int parity = host;
                hosts.add(IntStream.range(0, size)
                        .filter(rank -> rank % 2 == parity)
                        .boxed()
                        .toList());
            }
            return MixedContractTest.connect(size, options, hosts);
        }
    }

    @Nested
    class Fails extends ProcessGroupFailureContract {
        @Override
        protected List<ProcessGroup> connect(int size, GroupOptions options) {
            return MixedContractTest.connect(size, options, hosts(size));
        }
    }
}
