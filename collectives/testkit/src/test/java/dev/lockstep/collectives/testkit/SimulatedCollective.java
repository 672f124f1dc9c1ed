package dev.lockstep.collectives.testkit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.lockstep.collectives.Algorithm;
import dev.lockstep.collectives.GroupOptions;
import dev.lockstep.collectives.ReduceOp;
import dev.lockstep.collectives.TreeSum;
import dev.lockstep.collectives.algorithm.Collectives;
import dev.lockstep.collectives.algorithm.CostModel;
import dev.lockstep.collectives.algorithm.Exchange;
import dev.lockstep.collectives.algorithm.Pacing;
import dev.lockstep.collectives.transport.Signature;
import dev.lockstep.collectives.transport.Transport;
import dev.lockstep.layout.DType;
import dev.lockstep.layout.SumTree;
import dev.lockstep.layout.VirtualRanks;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** The collectives that the simulation calls, each with an oracle of its own. */
enum SimulatedCollective {
    ALL_REDUCE {
        @Override
        Case draw(int size, SplittableRandom random) {
            return allReduce(Algorithm.TREE, inputs(size, random.nextInt(LENGTH_MAX), random));
        }
    },
    RING {
        @Override
        Case draw(int size, SplittableRandom random) {
            return allReduce(Algorithm.RING, wholeNumbers(size, random.nextInt(LENGTH_MAX), random));
        }
    },
    DOUBLING {
        @Override
        Case draw(int size, SplittableRandom random) {
            return allReduce(Algorithm.DOUBLING, wholeNumbers(size, random.nextInt(LENGTH_MAX), random));
        }
    },
    REDUCE {
        @Override
        Case draw(int size, SplittableRandom random) {
            List<float[]> inputs = inputs(size, random.nextInt(LENGTH_MAX), random);
            float[] expected = ScalarTree.sum(inputs);
            int root = random.nextInt(size);
            return rounds((exchanges, rank) -> {
                MemorySegment out = Data.room(expected.length * 4L);
                Exchange exchange = exchanges.open(call(Signature.Kind.REDUCE, expected.length));
                Collectives.reduce(exchange, Data.of(inputs.get(rank)), out, root);
                exchange.finish();
                assertArrayEquals(rank == root ? expected : new float[expected.length], Data.floats(out), 0f);
            });
        }
    },
    TREE_ALL_REDUCE {
        @Override
        Case draw(int size, SplittableRandom random) {
            int virtualRanks = size + random.nextInt(6);
            int count = 1 + random.nextInt(LENGTH_MAX);
            List<float @Nullable []> leaves = new ArrayList<>(inputs(virtualRanks, count, random));
            for (int v = 1; v < virtualRanks; v++) {
                leaves.set(v, random.nextInt(4) == 0 ? null : leaves.get(v));
            }
            Tree tree = Tree.of(size, leaves, count);
            float[] expected = ScalarTree.sum(leaves);
            return rounds((exchanges, rank) -> {
                MemorySegment out = Data.room(count * 4L);
                Exchange exchange = exchanges.open(call(Signature.Kind.TREE_ALL_REDUCE, count));
                Collectives.allReduce(exchange, tree.sum(), tree.partials().get(rank), out);
                exchange.finish();
                assertArrayEquals(expected, Data.floats(out), 0f);
            });
        }
    },
    REDUCE_SCATTER {
        @Override
        Case draw(int size, SplittableRandom random) {
            int block = random.nextInt(LENGTH_MAX / 4);
            List<float[]> inputs = inputs(size, block * size, random);
            float[] expected = ScalarTree.sum(inputs);
            return rounds((exchanges, rank) -> {
                MemorySegment out = Data.room(block * 4L);
                Exchange exchange = exchanges.open(call(Signature.Kind.REDUCE_SCATTER, expected.length));
                Collectives.reduceScatter(exchange, Data.of(inputs.get(rank)), out);
                exchange.finish();
                assertArrayEquals(Arrays.copyOfRange(expected, rank * block, (rank + 1) * block), Data.floats(out), 0f);
            });
        }
    },
    ALL_GATHER {
        @Override
        Case draw(int size, SplittableRandom random) {
            List<float[]> inputs = new ArrayList<>();
            for (int rank = 0; rank < size; rank++) {
                inputs.add(Data.random(random.nextLong(), random.nextInt(100)));
            }
            return rounds((exchanges, rank) -> {
                Exchange exchange = exchanges.open(Signature.ofBytes(Signature.Kind.ALL_GATHER, -1, 0));
                List<MemorySegment> parts = Collectives.allGather(exchange, Data.of(inputs.get(rank)));
                exchange.finish();
                assertEquals(inputs.size(), parts.size());
                for (int peer = 0; peer < parts.size(); peer++) {
                    assertArrayEquals(inputs.get(peer), Data.floats(parts.get(peer)), 0f);
                }
            });
        }
    },
    BROADCAST {
        @Override
        Case draw(int size, SplittableRandom random) {
            float[] sent = Data.random(random.nextLong(), random.nextInt(LENGTH_MAX));
            int root = random.nextInt(size);
            return rounds((exchanges, rank) -> {
                MemorySegment data = rank == root ? Data.of(sent) : Data.room(sent.length * 4L);
                Exchange exchange = exchanges.open(Signature.ofBytes(Signature.Kind.BROADCAST, data.byteSize(), root));
                Collectives.broadcast(exchange, data, root);
                exchange.finish();
                assertArrayEquals(sent, Data.floats(data), 0f);
            });
        }
    };

    /** No rank waits more often than this, one wait after the other, before it fails. */
    static final int WAITS_MAX = 32;

    private static final int LENGTH_MAX = 400;

    private static final int ROUNDS = 3;

    /** {@return a case of this collective with data of its own} */
    abstract Case draw(int size, SplittableRandom random);

    /** What one rank does. */
    @FunctionalInterface
    interface Case {
        /** Calls the collective as a rank and compares what it gets with the oracle. */
        void runAndCheck(Transport transport, GroupOptions options);
    }

    /** One call of the collective. */
    private interface Round {
        void run(Exchanges exchanges, int rank);
    }

    /** Opens the exchanges of one rank, one after the other. */
    private static final class Exchanges {
        /** By this model nothing is ever faster in one round. */
        private static final CostModel DIVIDED = new CostModel(1e-9, 1e-9, 1);

        /** By this one the fewest messages are the fastest. */
        private static final CostModel FEW_MESSAGES = new CostModel(1e-9, 1, 1e-9);

        private static final List<CostModel> COSTS = List.of(CostModel.ASSUMED, DIVIDED, FEW_MESSAGES);

        /** Of which the buckets here have more than a window. */
        private static final Pacing TINY_PIECES = new Pacing(64, 64, 64);

        private final Exchange.Means means;
        private long sequence;

        Exchanges(Transport transport, GroupOptions options) {
            this.means = new Exchange.Means(transport, options, TINY_PIECES);
        }

        /** Takes turns with the ways in which a sum may be made. */
        Exchange open(Signature call) {
            CostModel costs = COSTS.get((int) (sequence % COSTS.size()));
            return new Exchange(means, costs, sequence++, call);
        }
    }

    private static Case rounds(Round round) {
        return (transport, options) -> {
            Exchanges exchanges = new Exchanges(transport, options);
            for (int i = 0; i < ROUNDS; i++) {
                round.run(exchanges, transport.rank());
            }
        };
    }

    private static Case allReduce(Algorithm algorithm, List<float[]> inputs) {
        float[] expected = ScalarTree.sum(inputs);
        return rounds((exchanges, rank) -> {
            MemorySegment out = Data.room(expected.length * 4L);
            Exchange exchange = exchanges.open(call(Signature.Kind.ALL_REDUCE, expected.length));
            Collectives.allReduce(exchange, algorithm, Data.of(inputs.get(rank)), out);
            exchange.finish();
            assertArrayEquals(expected, Data.floats(out), 0f);
        });
    }

    /** {@return small whole numbers, whose sum is the same in any order} */
    private static List<float[]> wholeNumbers(int size, int count, SplittableRandom random) {
        List<float[]> inputs = new ArrayList<>();
        for (int rank = 0; rank < size; rank++) {
            float[] numbers = new float[count];
            for (int i = 0; i < count; i++) {
                numbers[i] = random.nextInt(1000);
            }
            inputs.add(numbers);
        }
        return inputs;
    }

    private static Signature call(Signature.Kind kind, int count) {
        return new Signature(kind, DType.F32, ReduceOp.SUM, count, 0);
    }

    private static List<float[]> inputs(int size, int count, SplittableRandom random) {
        List<float[]> inputs = new ArrayList<>();
        for (int rank = 0; rank < size; rank++) {
            inputs.add(Data.random(random.nextLong(), count));
        }
        return inputs;
    }

    /** A bucket divided among ranks: each brings the complete nodes of its range of virtual ranks. */
    private record Tree(TreeSum sum, List<List<MemorySegment>> partials) {
        static Tree of(int size, List<float @Nullable []> leaves, int count) {
            List<List<VirtualRanks>> nodes = new ArrayList<>();
            List<List<MemorySegment>> partials = new ArrayList<>();
            List<VirtualRanks> present = new ArrayList<>();
            for (int rank = 0; rank < size; rank++) {
                int from = leaves.size() * rank / size;
                int to = leaves.size() * (rank + 1) / size;
                List<VirtualRanks> mine = SumTree.cover(leaves.size(), new VirtualRanks(from, to));
                nodes.add(mine);
                partials.add(
                        mine.stream().map(node -> partial(leaves, node, count)).toList());
                mine.stream().filter(node -> sum(leaves, node) != null).forEach(present::add);
            }
            TreeSum.Run run = new TreeSum.Run(count, present);
            return new Tree(new TreeSum(leaves.size(), DType.F32, nodes, List.of(run)), partials);
        }

        private static float @Nullable [] sum(List<float @Nullable []> leaves, VirtualRanks node) {
            return ScalarTree.sum(leaves.subList(node.from(), node.to()));
        }

        private static MemorySegment partial(List<float @Nullable []> leaves, VirtualRanks node, int count) {
            float[] sum = sum(leaves, node);
            return sum == null ? Data.room(count * 4L) : Data.of(sum);
        }
    }
}
