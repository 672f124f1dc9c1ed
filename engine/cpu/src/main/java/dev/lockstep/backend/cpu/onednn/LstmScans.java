package dev.lockstep.backend.cpu.onednn;

import dev.lockstep.backend.Backend;
import dev.lockstep.backend.ShapeRules;
import dev.lockstep.backend.Value;
import dev.lockstep.backend.ValueSpec;
import dev.lockstep.backend.cpu.kernel.Lanes;
import dev.lockstep.backend.cpu.kernel.LstmCellKernels;
import dev.lockstep.backend.cpu.kernel.LstmCellKernels.Size;
import dev.lockstep.backend.cpu.onednn.Product.Strides;
import dev.lockstep.backend.op.Elementwise.Copy;
import dev.lockstep.backend.op.Recurrence;
import dev.lockstep.device.MemoryPool;
import dev.lockstep.device.Storage;
import dev.lockstep.layout.DType;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * LSTMs over time on f32 values, with the bits of their products and cells one by one: each step writes where the next
 * one reads, and the weight is packed once for all steps. A batch of one row is padded to two, see Note [A row's bits].
 * Thread-safe.
 */
public final class LstmScans {
    private final Backend backend;
    private final MemoryPool pool;

    /** Makes the scans of a backend, which copies what oneDNN cannot read in place. */
    public LstmScans(Backend backend) {
        this.backend = backend;
        this.pool = backend.memory();
    }

    /** Executes a scan, or returns null for other ops, other dtypes, and states shorter than a vector. */
    public Value @Nullable [] tryExecute(Recurrence op, Value... inputs) {
        boolean isForward = op instanceof Recurrence.LstmScan;
        if (!isForward && !(op instanceof Recurrence.LstmScanGrad)) {
            return null;
        }
        List<ValueSpec> specs = ShapeRules.outputs(op, ValueSpec.of(inputs));
        for (Value input : inputs) {
            if (input.dtype() != DType.F32 || input.shape().elements() == 0) {
                return null;
            }
        }
        if (inputs[1].shape().size(1) < Lanes.COUNT) {
            return null;
        }
        Value[] outputs = specs.stream().map(spec -> spec.allocate(pool)).toArray(Value[]::new);
        Value[] in = new Value[inputs.length];
        for (int i = 0; i < in.length; i++) {
            in[i] = contiguous(inputs[i]);
        }
        if (isForward) {
            forward(in, outputs);
        } else {
            backward(in, outputs);
        }
        for (Value dense : in) {
            dense.close();
        }
        return outputs;
    }

    private Value contiguous(Value value) {
        return value.layout().isContiguous()
                ? value.alias()
                : backend.execute(new Copy(Copy.Order.CONTIGUOUS), value)[0];
    }

    private void forward(Value[] in, Value[] out) {
        Size size = size(in[1]);
        long hidden = size.size();
        long padded = paddedRows(size);
        PackedPlan plan = Session.current()
                .plan(new PackedPlan.Key(stateToGates(padded, hidden)), PackedPlan.class, PackedPlan::of);
        Lanes.copy(in[1].address(), out[0].address(), size.stateBytes());
        Lanes.copy(in[2].address(), out[1].address(), size.stateBytes());
        Storage packed = pool.allocate(plan.bytes());
        Storage products = pool.allocate(padded * size.gateRowBytes());
        plan.pack(pool, in[3].address(), packed.address());
        try (Rows rows = new Rows(pool, size.rows(), size.bytes())) {
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

    private void backward(Value[] in, Value[] out) {
        Size size = size(in[1]);
        long hidden = size.size();
        long padded = paddedRows(size);
        ProductPlan plan = Session.current().plan(gatesToState(padded, hidden), ProductPlan.class, ProductPlan::of);
        int steps = (int) in[0].shape().size(0);
        Storage states = pool.allocate(padded * size.bytes() + 2 * size.stateBytes());
        Lanes.clear(states.address(), padded * size.bytes());
        long first = states.address() + padded * size.bytes();
        long[] cells = {first, first + size.stateBytes()}; // Read by even and by odd steps, written by the others.
        Lanes.copy(in[1].address(), cells[(steps - 1) % 2], size.stateBytes());
        try (Rows rows = new Rows(pool, size.rows(), size.gateRowBytes())) {
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
                plan.run(pool, rows.readable(out[0].address() + gates), in[2].address(), 0, states.address());
            }
            Lanes.copy(states.address(), out[1].address(), size.stateBytes());
            Lanes.copy(cells[1], out[2].address(), size.stateBytes());
        } finally {
            states.release();
        }
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

    /** Left operands of products: rows where they lie, or a copy of a single one before a row of zeros. */
    private static final class Rows implements AutoCloseable {
        private final long bytes;
        private final @Nullable Storage two;

        Rows(MemoryPool pool, long count, long bytes) {
            this.bytes = bytes;
            this.two = count == 1 ? pool.allocate(2 * bytes) : null;
            if (two != null) {
                Lanes.clear(two.address(), 2 * bytes);
            }
        }

        long readable(long rows) {
            if (two == null) {
                return rows;
            }
            Lanes.copy(rows, two.address(), bytes);
            return two.address();
        }

        @Override
        public void close() {
            if (two != null) {
                two.release();
            }
        }
    }
}
