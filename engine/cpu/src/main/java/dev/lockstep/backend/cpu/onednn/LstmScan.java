package dev.lockstep.backend.cpu.onednn;

import dev.lockstep.backend.Value;
import dev.lockstep.backend.cpu.kernel.Lanes;
import dev.lockstep.backend.cpu.kernel.LstmCellKernels;
import dev.lockstep.backend.cpu.kernel.LstmCellKernels.Size;
import dev.lockstep.backend.cpu.kernel.RoundedRows;
import dev.lockstep.backend.cpu.onednn.Product.Strides;
import dev.lockstep.device.MemoryPool;
import dev.lockstep.device.Storage;
import dev.lockstep.layout.DType;
import org.jspecify.annotations.Nullable;

/**
 * An LSTM over time, with the bits of its products and cells one by one: each step writes where the next one reads, and
 * the weight is packed once for all steps. A batch of one row is padded to two, see Note [A row's bits].
 *
 * @param factors in what products take state and weight: F32 or BF16
 */
record LstmScan(MemoryPool pool, DType factors) {
    /** From (x, h, c, weight, bias) to (h, c, gates, s), all dense. */
    void forward(Value[] in, Value[] out) {
        Size size = size(in[1]);
        PackedPlan plan = plan(stateToGates(paddedRows(size), size.size()));
        Lanes.copy(in[1].address(), out[0].address(), size.stateBytes());
        Lanes.copy(in[2].address(), out[1].address(), size.stateBytes());
        Storage packed = pool.allocate(plan.bytes());
        Storage products = pool.allocate(paddedRows(size) * size.gateRowBytes());
        plan.pack(pool, in[3].address(), packed.address());
        try (Rows rows = new Rows(pool, size.rows(), size.size(), factors)) {
            for (long t = 0; t < in[0].shape().size(0); t++) {
                long from = t * size.stateBytes();
                long gates = t * size.gatesBytes();
                long left = rows.readable(out[0].address() + from);
                plan.run(pool, left, packed.address(), in[4].address(), products.address());
                LstmCellKernels.forward(new LstmCellKernels.Forward(
                        size,
                        products.address(),
                        in[0].address() + gates,
                        out[1].address() + from,
                        out[0].address() + from + size.stateBytes(),
                        out[1].address() + from + size.stateBytes(),
                        out[2].address() + gates,
                        out[3].address() + from));
            }
        } finally {
            packed.release();
            products.release();
        }
    }

    /** From (dh, dc, weight, gates, c, s) to (dx, dh and dc of the first state), all dense. */
    void backward(Value[] in, Value[] out) {
        Size size = size(in[1]);
        long padded = paddedRows(size);
        PackedPlan plan = plan(gatesToState(padded, size.size()));
        int steps = (int) in[0].shape().size(0);
        Storage packed = pool.allocate(plan.bytes());
        Storage states = pool.allocate(padded * size.bytes() + 2 * size.stateBytes());
        plan.pack(pool, in[2].address(), packed.address());
        Lanes.clear(states.address(), padded * size.bytes());
        long first = states.address() + padded * size.bytes();
        long[] cells = {first, first + size.stateBytes()}; // Read by even and by odd steps, written by the others.
        Lanes.copy(in[1].address(), cells[(steps - 1) % 2], size.stateBytes());
        try (Rows rows = new Rows(pool, size.rows(), LstmCellKernels.GATES * size.size(), factors)) {
            for (int t = steps - 1; t >= 0; t--) {
                long from = t * size.stateBytes();
                long gates = t * size.gatesBytes();
                LstmCellKernels.backward(new LstmCellKernels.Backward(
                        size,
                        in[0].address() + from,
                        states.address(),
                        cells[t % 2],
                        in[3].address() + gates,
                        in[4].address() + from,
                        in[5].address() + from,
                        out[0].address() + gates,
                        cells[1 - t % 2]));
                plan.run(pool, rows.readable(out[0].address() + gates), packed.address(), 0, states.address());
            }
            Lanes.copy(states.address(), out[1].address(), size.stateBytes());
            Lanes.copy(cells[1], out[2].address(), size.stateBytes());
        } finally {
            packed.release();
            states.release();
        }
    }

    private PackedPlan plan(Product product) {
        return Session.current().plan(new PackedPlan.Key(product, factors), PackedPlan.class, PackedPlan::of);
    }

    /** A state times the transposed weight. */
    private static Product stateToGates(long rows, long hidden) {
        Strides state = Strides.plain(rows, hidden);
        return new Product(
                1, rows, hidden, LstmCellKernels.GATES * hidden, state, new Strides(0, 1, hidden), true, false);
    }

    /** Gradients of gates times the weight. */
    private static Product gatesToState(long rows, long hidden) {
        long gates = LstmCellKernels.GATES * hidden;
        Strides weight = Strides.plain(gates, hidden);
        return new Product(1, rows, gates, hidden, Strides.plain(rows, gates), weight, false, false);
    }

    private static Size size(Value state) {
        return new Size(state.shape().size(0), state.shape().size(1));
    }

    private static long paddedRows(Size size) {
        return Math.max(size.rows(), 2);
    }

    /** Left operands of products: rows where they lie, or rounded, or a copy of a single one before a row of zeros. */
    private static final class Rows implements AutoCloseable {
        private final long numbers;
        private final boolean rounds;
        private final @Nullable Storage copy;

        Rows(MemoryPool pool, long count, long width, DType factors) {
            this.numbers = count * width;
            this.rounds = factors == DType.BF16;
            long bytes = Math.max(count, 2) * width * factors.sizeBytes();
            this.copy = count == 1 || rounds ? pool.allocate(bytes) : null;
            if (copy != null) {
                Lanes.clear(copy.address(), bytes);
            }
        }

        long readable(long rows) {
            if (copy == null) {
                return rows;
            }
            if (rounds) {
                RoundedRows.toBf16(rows, copy.address(), numbers);
            } else {
                Lanes.copy(rows, copy.address(), numbers * Float.BYTES);
            }
            return copy.address();
        }

        @Override
        public void close() {
            if (copy != null) {
                copy.release();
            }
        }
    }
}
