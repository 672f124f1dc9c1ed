package dev.lockstep.autograd;

import static dev.lockstep.tensor.Tensors.noGrad;
import static dev.lockstep.tensor.Tensors.ones;
import static dev.lockstep.tensor.Tensors.tensor;
import static dev.lockstep.tensor.Tensors.zeros;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lockstep.tensor.Scope;
import dev.lockstep.tensor.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Writes in place through views; numbers by hand. */
class ViewHistoryTest {
    private final Scope scope = Scope.open("test");
    private final Tensor x = tensor(1.0, 2, 3).requiresGrad(true);

    @AfterEach
    void closeScope() {
        scope.close();
    }

    private static float[] gradient(Tensor result, Tensor leaf) {
        return result.sum().backward().get(leaf).toFloatArray();
    }

    @Test
    void aWriteThroughAViewChangesTheBasesHistory() {
        Tensor y = x.mul(2L);
        y.narrow(0, 1, 1).mul_(10);
        assertArrayEquals(new float[] {2, 40, 6}, y.toFloatArray());
        assertArrayEquals(new float[] {2, 20, 2}, gradient(y, x));
    }

    @Test
    void aWriteToTheBaseChangesTheViewsHistory() {
        Tensor y = x.mul(2L);
        Tensor view = y.narrow(0, 1, 2);
        y.mul_(x);
        assertArrayEquals(new float[] {0, 8, 12}, gradient(view, x));
    }

    @Test
    void aConstantThatReceivesARecordedPartIsRecorded() {
        Tensor buffer = ones(3);
        Tensor last = buffer.narrow(0, 2, 1);
        buffer.narrow(0, 0, 1).copy_(x.narrow(0, 1, 1).mul(4L));
        assertTrue(buffer.requiresGrad());
        assertArrayEquals(new float[] {8, 1, 1}, buffer.toFloatArray());
        assertArrayEquals(new float[] {0, 4, 0}, gradient(buffer, x));
        assertTrue(last.requiresGrad(), "it is a view of what is recorded now");
    }

    @Test
    void whatIsOverwrittenHasNoGradient() {
        Tensor y = x.mul(2L);
        y.narrow(0, 0, 2).fill_(7);
        assertArrayEquals(new float[] {0, 0, 2}, gradient(y, x));
    }

    @Test
    void infiniteGradientsOfWhatWasOverwrittenDoNotMatter() {
        Tensor y = x.mul(2L);
        y.narrow(0, 0, 1).fill_(0);
        assertArrayEquals(new float[] {0, 0.5f, (float) Math.sqrt(1 / 6.0)}, gradient(y.sqrt(), x), 1e-6f);
    }

    @Test
    void theHistoryOfADetachedTensorIsItsOwn() {
        Tensor y = x.mul(2L);
        Tensor detached = y.detach();
        detached.narrow(0, 0, 1).copy_(x.narrow(0, 2, 1));
        assertArrayEquals(new float[] {3, 4, 6}, y.toFloatArray());
        assertArrayEquals(new float[] {2, 2, 2}, gradient(y, x));
        assertArrayEquals(new float[] {0, 0, 1}, gradient(detached, x));
    }

    @Test
    void aSavedValueThatAViewOverwroteIsNoticed() {
        Tensor y = x.mul(2L);
        Tensor square = y.square();
        y.narrow(0, 0, 1).mul_(3);
        var error = assertThrows(IllegalStateException.class, () -> square.sum().backward());
        assertTrue(error.getMessage().contains("modified by an in-place operation"), error.getMessage());
    }

    @Test
    void withoutRecordingTheHistoryStays() {
        Tensor y = x.mul(2L);
        Tensor view = y.narrow(0, 0, 1);
        noGrad(() -> view.mul_(10));
        assertArrayEquals(new float[] {20, 4, 6}, y.toFloatArray());
        assertArrayEquals(new float[] {2, 2, 2}, gradient(y, x));
    }

    @Test
    void aViewOfALeafIsNotWritten() {
        var error = assertThrows(
                IllegalStateException.class, () -> x.narrow(0, 0, 1).mul_(2));
        assertTrue(error.getMessage().contains("view of a leaf"), error.getMessage());
        noGrad(() -> x.narrow(0, 0, 1).mul_(2));
        assertArrayEquals(new float[] {2, 2, 3}, x.toFloatArray());
    }

    @Test
    void aViewMadeWithoutRecordingTakesNoRecordedWrite() {
        Tensor buffer = zeros(3);
        Tensor view = noGrad(() -> buffer.narrow(0, 0, 1));
        var error = assertThrows(IllegalStateException.class, () -> view.copy_(x.narrow(0, 0, 1)));
        assertTrue(error.getMessage().contains("made in noGrad"), error.getMessage());
        view.fill_(5);
        assertArrayEquals(new float[] {5, 0, 0}, buffer.toFloatArray());
        assertFalse(buffer.requiresGrad());
    }

    @Test
    void aViewThatOutlivedItsBaseTakesNoRecordedWrite() {
        Tensor view = Scope.tidy(() -> x.mul(2L).narrow(0, 0, 1));
        var error = assertThrows(IllegalStateException.class, () -> view.mul_(2));
        assertTrue(error.getMessage().contains("has ended"), error.getMessage());
    }

    @Test
    void aStaleViewOfABaseThatEndedSaysSo() {
        Tensor view = Scope.tidy(() -> {
            Tensor y = x.mul(2L);
            Tensor stale = y.narrow(0, 0, 1);
            y.mul_(3);
            return stale;
        });
        var error = assertThrows(IllegalStateException.class, () -> view.add(1L));
        assertTrue(error.getMessage().contains("its history is lost"), error.getMessage());
    }
}
