package dev.lockstep.backend.cpu.onednn;

import dev.lockstep.backend.Backend;
import dev.lockstep.backend.Value;
import dev.lockstep.backend.op.Update;
import dev.lockstep.layout.DType;
import dev.lockstep.layout.Layout;
import dev.lockstep.layout.Shape;
import dev.lockstep.layout.SumTree;
import dev.lockstep.layout.VirtualRanks;

/**
 * Sums of products of f32 matrices over the {@link SumTree}, some rows of the result at a time.
 *
 * <p>Note [Blocks of rows]: a product of few inner rows takes less time than moving its result to memory and back to
 * add the next. Here the sums of some rows stay in the second-level cache until they are complete. A row's bits do not
 * depend on how many are computed with it (Note [A row's bits]), so the size of blocks is free. With more inner rows
 * blocks save little, and each of them has oneDNN move the right factor to its order.
 *
 * @param backend adds blocks
 * @param products computes a product in a block's place
 */
record ProductSums(Backend backend, Into products) {
    /** The most inner rows that count as few. */
    private static final long FEW = 64;

    /** How many numbers a block has: 400 KB, so that two or three fit the second-level cache. */
    private static final long BLOCK = 100 * 1024;

    /** Computes a product in the place of {@code target}, or adds it to what stands there. */
    @FunctionalInterface
    interface Into {
        void run(Value target, Value left, Value right, boolean adds);
    }

    /** {@return left_0 x right_0 + left_1 x right_1 + ...; the factors have strides that oneDNN takes} */
    Value of(Value... factors) {
        Shape shape = Shape.of(factors[0].shape().size(0), factors[1].shape().size(1));
        Value sum = new Value(
                backend.memory().allocate(shape.elements() * Float.BYTES), Layout.contiguous(shape), DType.F32);
        into(sum, factors);
        return sum;
    }

    /** Writes the sum of products in the place of {@code sum}, which is in C order. */
    void into(Value sum, Value... factors) {
        Shape shape = sum.shape();
        long rows = shape.size(0);
        long most = blockRows(shape, factors);
        for (long row = 0; row < rows; row += most) {
            new Block(row, Math.min(most, rows - row), factors).into(sum);
        }
    }

    private static long blockRows(Shape shape, Value... factors) {
        boolean single = factors.length == 2;
        for (int i = 1; i < factors.length; i += 2) {
            if (single || factors[i].shape().size(0) > FEW) {
                return shape.size(0);
            }
        }
        return Math.max(32, BLOCK / shape.size(1) / 32 * 32);
    }

    /** Some rows of the sum in the making. */
    private final class Block {
        private final long row;
        private final long rows;
        private final Value[] factors;

        Block(long row, long rows, Value... factors) {
            this.row = row;
            this.rows = rows;
            this.factors = factors;
        }

        void into(Value sum) {
            try (Value mine = narrow(sum)) {
                into(mine, new VirtualRanks(0, factors.length / 2));
            }
        }

        private void into(Value target, VirtualRanks node) {
            if (node.count() == 1) {
                product(target, node.from(), false);
                return;
            }
            int split = SumTree.split(node);
            into(target, new VirtualRanks(node.from(), split));
            if (node.to() == split + 1) {
                product(target, split, true);
            } else {
                add(target, new VirtualRanks(split, node.to()));
            }
        }

        private void add(Value target, VirtualRanks right) {
            long bytes = target.shape().elements() * Float.BYTES;
            try (Value other =
                    new Value(backend.memory().allocate(bytes), Layout.contiguous(target.shape()), DType.F32)) {
                into(other, right);
                backend.execute(new Update.AddInto(), target, other);
            }
        }

        private void product(Value target, int number, boolean adds) {
            try (Value left = narrow(factors[2 * number])) {
                products.run(target, left, factors[2 * number + 1], adds);
            }
        }

        private Value narrow(Value matrix) {
            return matrix.view(matrix.layout().narrow(0, row, rows, 1));
        }
    }
}
