package dev.lockstep.collectives.testkit;

import dev.lockstep.collectives.GroupOptions;
import dev.lockstep.collectives.ProcessGroup;
import dev.lockstep.collectives.TransportProcessGroup;
import dev.lockstep.collectives.transport.Hosts;
import dev.lockstep.collectives.transport.InProcessTransport;
import dev.lockstep.collectives.transport.MixedTransport;
import dev.lockstep.collectives.transport.Transport;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Nested;

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
