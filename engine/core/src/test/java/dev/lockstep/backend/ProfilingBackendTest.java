package dev.lockstep.backend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.lockstep.backend.op.BinaryKind;
import dev.lockstep.backend.op.Contraction;
import dev.lockstep.backend.op.Elementwise;
import dev.lockstep.backend.op.Op;
import dev.lockstep.device.Device;
import dev.lockstep.layout.DType;
import dev.lockstep.layout.Shape;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
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
