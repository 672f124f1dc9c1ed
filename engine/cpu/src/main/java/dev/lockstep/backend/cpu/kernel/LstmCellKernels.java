package dev.lockstep.backend.cpu.kernel;

import dev.lockstep.backend.op.UnaryKind;
import java.util.Objects;
import jdk.incubator.vector.FloatVector;

/**
 * One step of an LSTM over rows of four gates, i f g o, with the bits of its operations one by one. Some rows at a time
 * pass through all stages while they stay in the first-level cache. See Note [Compiled apart].
 */
public final class LstmCellKernels {
    /** How many gates a row holds side by side. */
    public static final long GATES = 4;

    private static final UnaryKernel SIGMOID = ApartLoops.of((LaneUnary) LaneMath::sigmoid);
    private static final UnaryKernel TANH = Objects.requireNonNull(StagedKernels.of(UnaryKind.TANH));
    private static final BinaryKernel ADD = ApartLoops.of((LaneBinary) FloatVector::add);
    private static final BatchKernel<Forward> CELL = Apart.of(LstmCellKernels::cell);
    private static final BatchKernel<Forward> HIDDEN = Apart.of(LstmCellKernels::hidden);
    private static final BatchKernel<Backward> BACKWARD = Apart.of(LstmCellKernels::differentiate);

    private LstmCellKernels() {}

    /**
     * How many numbers there are.
     *
     * @param rows how many rows
     * @param size how many floats a gate of a row has, at least a vector
     */
    public record Size(long rows, long size) {
        /** {@return where the vector at an offset starts} The last one ends with the row and may do some work again. */
        long vector(long offset) {
            return Math.min(offset, bytes() - Lanes.BYTES);
        }

        /** {@return the bytes of a row's state} */
        public long bytes() {
            return size * Float.BYTES;
        }

        /** {@return the bytes of a row's gates} */
        public long gateRowBytes() {
            return GATES * bytes();
        }

        /** {@return the bytes of all states} */
        public long stateBytes() {
            return rows * bytes();
        }

        /** {@return the bytes of all gates} */
        public long gatesBytes() {
            return rows * gateRowBytes();
        }

        long gateRow(long base, long row) {
            return base + row * gateRowBytes();
        }
    }

    /**
     * What forward reads and writes: addresses.
     *
     * @param z rows of gates
     * @param x the same
     * @param before the cell
     * @param h takes the hidden state
     * @param cell takes the new cell
     * @param gates takes the gates
     * @param squashed takes the new cell's tanh
     */
    public record Forward(Size size, long z, long x, long before, long h, long cell, long gates, long squashed) {
        private Forward part(long row, long rows) {
            long state = row * size.bytes();
            return new Forward(
                    new Size(rows, size.size()),
                    size.gateRow(z, row),
                    size.gateRow(x, row),
                    before + state,
                    h + state,
                    cell + state,
                    size.gateRow(gates, row),
                    squashed + state);
        }
    }

    /**
     * What backward reads and writes: addresses.
     *
     * @param outside the gradient of h from outside
     * @param next the gradient of h from the next step
     * @param cellGrad the gradient of the new cell
     * @param gateGrads takes the gradient of the gates' arguments
     * @param beforeGrad takes the gradient of the cell
     */
    public record Backward(
            Size size,
            long outside,
            long next,
            long cellGrad,
            long gates,
            long before,
            long squashed,
            long gateGrads,
            long beforeGrad) {}

    /** Computes gates, cell and hidden state. */
    public static void forward(Forward of) {
        Size size = of.size();
        long rows = Math.max(1, Scratch.BLOCK / (GATES * size.size()));
        for (long row = 0; row < size.rows(); row += rows) {
            forwardPart(of.part(row, Math.min(rows, size.rows() - row)));
        }
    }

    private static void forwardPart(Forward of) {
        Size size = of.size();
        ADD.run(of.z(), of.x(), of.gates(), size.rows() * GATES * size.size());
        for (long row = 0; row < size.rows(); row++) {
            long i = size.gateRow(of.gates(), row);
            long g = i + 2 * size.bytes();
            long o = g + size.bytes();
            SIGMOID.run(i, i, 2 * size.size());
            TANH.run(g, g, size.size());
            SIGMOID.run(o, o, size.size());
        }
        CELL.run(of);
        TANH.run(of.cell(), of.squashed(), size.rows() * size.size());
        HIDDEN.run(of);
    }

    private static void cell(Forward of) {
        Size size = of.size();
        for (long row = 0; row < size.rows(); row++) {
            long state = row * size.bytes();
            long i = size.gateRow(of.gates(), row);
            for (long next = 0; next < size.bytes(); next += Lanes.BYTES) {
                long at = size.vector(next);
                FloatVector kept = Lanes.load(i + size.bytes() + at).mul(Lanes.load(of.before() + state + at));
                FloatVector added = Lanes.load(i + at).mul(Lanes.load(i + 2 * size.bytes() + at));
                Lanes.store(kept.add(added), of.cell() + state + at);
            }
        }
    }

    private static void hidden(Forward of) {
        Size size = of.size();
        for (long row = 0; row < size.rows(); row++) {
            long state = row * size.bytes();
            long o = size.gateRow(of.gates(), row) + 3 * size.bytes();
            for (long next = 0; next < size.bytes(); next += Lanes.BYTES) {
                long at = size.vector(next);
                Lanes.store(Lanes.load(o + at).mul(Lanes.load(of.squashed() + state + at)), of.h() + state + at);
            }
        }
    }

    /** Computes the gradients of the gates' arguments and of the cell. */
    public static void backward(Backward of) {
        BACKWARD.run(of);
    }

    private static void differentiate(Backward of) {
        Size size = of.size();
        long bytes = size.bytes();
        for (long row = 0; row < size.rows(); row++) {
            long state = row * bytes;
            long gates = size.gateRow(of.gates(), row);
            long grads = size.gateRow(of.gateGrads(), row);
            for (long next = 0; next < bytes; next += Lanes.BYTES) {
                long at = size.vector(next);
                FloatVector i = Lanes.load(gates + at);
                FloatVector f = Lanes.load(gates + bytes + at);
                FloatVector g = Lanes.load(gates + 2 * bytes + at);
                FloatVector o = Lanes.load(gates + 3 * bytes + at);
                FloatVector s = Lanes.load(of.squashed() + state + at);
                FloatVector all = Lanes.load(of.outside() + state + at).add(Lanes.load(of.next() + state + at));
                FloatVector cell = Lanes.load(of.cellGrad() + state + at).add(tanhGrad(s, all.mul(o)));
                Lanes.store(sigmoidGrad(i, cell.mul(g)), grads + at);
                Lanes.store(sigmoidGrad(f, cell.mul(Lanes.load(of.before() + state + at))), grads + bytes + at);
                Lanes.store(tanhGrad(g, cell.mul(i)), grads + 2 * bytes + at);
                Lanes.store(sigmoidGrad(o, all.mul(s)), grads + 3 * bytes + at);
                Lanes.store(cell.mul(f), of.beforeGrad() + state + at);
            }
        }
    }

    private static FloatVector tanhGrad(FloatVector y, FloatVector g) {
        return g.mul(y.neg().fma(y, Lanes.all(1f)));
    }

    private static FloatVector sigmoidGrad(FloatVector y, FloatVector g) {
        return g.mul(y).mul(Lanes.all(1f).sub(y));
    }
}
