package dev.lockstep.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.lockstep.backend.Backend;
import dev.lockstep.backend.Value;
import dev.lockstep.backend.scalar.ScalarBackend;
import dev.lockstep.layout.DType;
import dev.lockstep.layout.Layout;
import dev.lockstep.layout.Shape;
import dev.lockstep.layout.VirtualRanks;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A tensor's sum over a node: the tree's order, absent contributions, products that wait and that do not. */
class TensorSumTest {
    private final Backend backend = new ScalarBackend();

    private Value matrix(long rows, long columns, double... numbers) {
        Shape shape = Shape.of(rows, columns);
        Value value = new Value(
                backend.memory().allocate(shape.elements() * Float.BYTES), Layout.contiguous(shape), DType.F32);
        for (int i = 0; i < shape.elements(); i++) {
            value.storage().segment().setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) numbers[i % numbers.length]);
        }
        return value;
    }

    private static float[] read(Value value) {
        return value.storage().segment().toArray(ValueLayout.JAVA_FLOAT);
    }

    private TensorSum over(int from, int to) {
        return new TensorSum(new VirtualRanks(from, to), backend, Optional::empty);
    }

    /** Adds the product of a column and a row: 2 * size numbers wait for size * size. */
    private void addProduct(TensorSum sum, int size, double number) {
        try (Value left = matrix(size, 1, 1);
                Value right = matrix(1, size, number)) {
            sum.add(left, right);
        }
    }

    @Test
    void tensorsAreSummedInTheOrderOfTheTree() {
        TensorSum sum = over(0, 4);
        for (double number : new double[] {1, 1e8, -1e8, 1}) { // (1 + 1e8) + (-1e8 + 1): the ones are lost
            sum.add(matrix(1, 1, number));
        }
        assertArrayEquals(new float[] {0}, read(sum.take()));
    }

    @Test
    void absentContributionsAreSkipped() {
        TensorSum sum = over(4, 8);
        sum.add(null);
        sum.add(matrix(1, 1, 3));
        sum.add(null);
        assertEquals(7, sum.next());
        assertThrows(AssertionError.class, sum::take);
        sum.add(matrix(1, 1, 4));
        assertArrayEquals(new float[] {7}, read(sum.take()));
    }

    @Test
    void nothingButAbsentContributionsIsAbsent() {
        TensorSum sum = over(0, 2);
        sum.add(null);
        sum.add(null);
        assertNull(sum.take());
    }

    /** Of size 16 four pairs of factors are smaller than the gradient, of size 4 they are not. */
    @ParameterizedTest
    @CsvSource({"16", "4"})
    void productsAddUpAsTensorsDo(int size) {
        TensorSum sum = over(0, 4);
        for (double number : new double[] {1, 1e8, -1e8, 1}) {
            addProduct(sum, size, number);
        }
        assertArrayEquals(new float[size * size], read(sum.take()));
    }

    /** Wherever something else comes than a product that can wait. */
    @ParameterizedTest
    @CsvSource({"0", "1", "2", "3", "4", "5"})
    void productsMixWithTensorsAndAbsentOnes(int other) {
        TensorSum sum = over(0, 6);
        for (int v = 0; v < 6; v++) {
            if (v == other) {
                sum.add(v % 2 == 0 ? matrix(16, 16, 64) : null);
            } else {
                addProduct(sum, 16, 1 << v);
            }
        }
        float expected = 63 - (1 << other) + (other % 2 == 0 ? 64 : 0);
        float[] all = new float[256];
        Arrays.fill(all, expected);
        assertArrayEquals(all, read(sum.take()));
    }

    /** Whether factors wait (16) or not (4). */
    @ParameterizedTest
    @CsvSource({"16", "4"})
    void whatBeginsWithAProductLiesWhereItIsWanted(int size) {
        Value wanted = matrix(size, size, -1);
        TensorSum sum = new TensorSum(new VirtualRanks(0, 4), backend, () -> Optional.of(wanted));
        for (double number : new double[] {1, 2, 4, 8}) {
            addProduct(sum, size, number);
        }
        float[] all = new float[size * size];
        Arrays.fill(all, 15);
        assertSame(wanted.storage(), sum.take().storage());
        assertArrayEquals(all, read(wanted));
    }

    @Test
    void aProductThatComesLaterDoesNotAskForAPlace() {
        TensorSum sum = new TensorSum(new VirtualRanks(0, 2), backend, () -> {
            throw new AssertionError("asked");
        });
        sum.add(matrix(4, 4, 1));
        addProduct(sum, 4, 2);
        assertEquals(3, read(sum.take())[0]);
    }

    @Test
    void lettingGoLeavesNothingBehind() {
        long before = backend.memory().stats().bytesInUse();
        TensorSum waiting = over(0, 4);
        addProduct(waiting, 16, 1);
        waiting.close();
        TensorSum summed = over(0, 4);
        addProduct(summed, 4, 1);
        summed.add(matrix(4, 4, 1));
        summed.close();
        assertEquals(before, backend.memory().stats().bytesInUse());
    }
}
