package dev.lockstep.backend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.lockstep.backend.op.BinaryKind;
import dev.lockstep.backend.op.Contraction;
import dev.lockstep.backend.op.CustomOp;
import dev.lockstep.backend.op.Elementwise;
import dev.lockstep.backend.op.Op;
import dev.lockstep.device.Device;
import dev.lockstep.layout.DType;
import dev.lockstep.layout.Shape;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ProfilingBackendTest {
    private static final Elementwise.Binary ADD = new Elementwise.Binary(BinaryKind.ADD);

    private final AtomicLong clock = new AtomicLong();
    private final Backend inner = new ShapeOnlyBackend(Backends.of(Device.CPU).memory());
    private final ProfilingBackend backend = new ProfilingBackend(inner, () -> clock.getAndAdd(10));

    private Value value(long... sizes) {
        return ValueSpec.contiguous(Shape.of(sizes), DType.F32).allocate(backend.memory());
    }

    private void execute(Op op, Value... inputs) {
        for (Value output : backend.execute(op, inputs)) {
            output.close();
        }
    }

    @Test
    void countsAndTimesByOpAndShapes() {
        try (Value small = value(2, 3);
                Value square = value(3, 3)) {
            execute(ADD, small, small);
            execute(ADD, small, small);
            execute(ADD, square, square);
            execute(new Contraction.Matmul(), small, square);
        }
        List<ProfilingBackend.Line> lines = backend.lines();
        assertEquals(3, lines.size());
        assertEquals(
                new ProfilingBackend.Line("add", List.of(Shape.of(2, 3), Shape.of(2, 3)), 2, 20), lines.getFirst());
    }

    /** An op that adds its input to itself, by the backend that it is executed on. */
    private final class Doubling implements CustomOp {
        @Override
        public String label() {
            return "doubling";
        }

        @Override
        public Value[] forward(Backend executing, Value... inputs) {
            return backend.execute(ADD, inputs[0], inputs[0]);
        }

        @Override
        public Value[] backward(
                Backend executing, List<Value> inputs, List<Value> outputs, @Nullable Value[] gradients) {
            throw new UnsupportedOperationException("not differentiated here");
        }
    }

    @Test
    void chargesAnOpForItsOwnTimeOnly() {
        try (Value x = value(2)) {
            execute(new Doubling(), x);
        }
        List<Shape> shapes = List.of(Shape.of(2));
        assertEquals(
                List.of(
                        new ProfilingBackend.Line("doubling", shapes, 1, 20), // Of 30 on the clock.
                        new ProfilingBackend.Line("add", List.of(Shape.of(2), Shape.of(2)), 1, 10)),
                backend.lines());
    }

    @Test
    void forgetsWhenReset() {
        try (Value x = value(2)) {
            execute(ADD, x, x);
        }
        backend.reset();
        assertEquals(List.of(), backend.lines());
    }

    @Test
    void countsNothingThatFailed() {
        try (Value x = value(2);
                Value y = value(3)) {
            assertThrows(IllegalArgumentException.class, () -> backend.execute(ADD, x, y));
        }
        assertEquals(List.of(), backend.lines());
    }
}
