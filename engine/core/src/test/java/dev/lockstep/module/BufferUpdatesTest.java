package dev.lockstep.module;

import static dev.lockstep.tensor.Tensors.tensor;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lockstep.tensor.Scope;
import dev.lockstep.tensor.Tensor;
import org.junit.jupiter.api.Test;

class BufferUpdatesTest {
    private final Tensor buffer = tensor(1.0).asBuffer();

    @Test
    void writesAtOnceOutsideOfACollection() {
        BufferUpdates.emit(buffer, tensor(2.0));
        assertEquals(2, buffer.item());
        assertSame(buffer, BufferUpdates.current(buffer));
    }

    @Test
    void collectsWithoutWriting() {
        try (BufferUpdates updates = new BufferUpdates()) {
            String result = updates.during(() -> {
                try (var _ = Scope.open()) {
                    BufferUpdates.emit(buffer, tensor(2.0));
                }
                return "done";
            });
            assertEquals("done", result);
            assertEquals(1, buffer.item());
            assertEquals(2, updates.of(buffer).orElseThrow().item());
            assertFalse(updates.of(tensor(1.0)).isPresent());
        }
    }

    @Test
    void aSecondCallSeesTheValueOfTheFirst() {
        try (BufferUpdates updates = new BufferUpdates()) {
            updates.during(() -> {
                BufferUpdates.emit(buffer, BufferUpdates.current(buffer).add(1));
                BufferUpdates.emit(buffer, BufferUpdates.current(buffer).mul(5));
                return true;
            });
            assertEquals(10, updates.of(buffer).orElseThrow().item());
            assertEquals(1, updates.count());
        }
    }

    @Test
    void anInnerCollectionHidesTheOuterOneUntilItEndsEvenByAnError() {
        try (BufferUpdates outer = new BufferUpdates();
                BufferUpdates inner = new BufferUpdates()) {
            outer.during(() -> {
                assertThrows(
                        IllegalStateException.class,
                        () -> inner.during(() -> {
                            BufferUpdates.emit(buffer, tensor(3.0));
                            throw new IllegalStateException("body");
                        }));
                return true;
            });
            assertEquals(0, outer.count());
            assertEquals(1, inner.count());
        }
        BufferUpdates.emit(buffer, tensor(4.0));
        assertEquals(4, buffer.item());
    }

    @Test
    void closingEndsTheCollectedValues() {
        BufferUpdates updates = new BufferUpdates();
        updates.during(() -> {
            BufferUpdates.emit(buffer, tensor(2.0));
            return true;
        });
        Tensor value = updates.of(buffer).orElseThrow();
        updates.close();
        assertTrue(value.isClosed());
        assertEquals(0, updates.count());
    }

    @Test
    void rejectsAnotherShapeOrDtype() {
        assertThrows(IllegalArgumentException.class, () -> BufferUpdates.emit(buffer, tensor(1.0, 2.0)));
        assertThrows(IllegalArgumentException.class, () -> BufferUpdates.emit(buffer, tensor(1L)));
    }
}
