package dev.lockstep.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class OrthonormalTest {
    @Test
    void dividesAColumnByItsNorm() {
        float[] matrix = {3, 0, 4};
        Orthonormal.columns(matrix, 1, 0);
        assertArrayEquals(new float[] {0.6f, 0, 0.8f}, matrix);
    }

    /** (2, 0) becomes (1, 0); of (5, -7) its part along it, (5, 0), is taken out. */
    @Test
    void takesTheFirstColumnOutOfTheSecond() {
        float[] matrix = {2, 5, 0, -7};
        Orthonormal.columns(matrix, 2, 0);
        assertArrayEquals(new float[] {1, 0, 0, -1}, matrix);
    }

    @Test
    void addsEpsilonToTheNorm() {
        float[] matrix = {3, 4};
        Orthonormal.columns(matrix, 1, 5);
        assertArrayEquals(new float[] {0.3f, 0.4f}, matrix);
    }

    @Test
    void leavesZerosZero() {
        float[] matrix = {0, 1, 0, 1};
        Orthonormal.columns(matrix, 2, 0);
        assertArrayEquals(new float[] {0, (float) Math.sqrt(0.5), 0, (float) Math.sqrt(0.5)}, matrix);
    }

    @Test
    void makesRandomColumnsOrthonormal() {
        int rows = 50;
        int columns = 4;
        SplittableRandom random = new SplittableRandom(1);
        float[] matrix = new float[rows * columns];
        for (int i = 0; i < matrix.length; i++) {
            matrix[i] = (float) random.nextDouble(-1, 1);
        }
        Orthonormal.columns(matrix, columns, 0);
        for (int a = 0; a < columns; a++) {
            for (int b = 0; b < columns; b++) {
                double product = 0;
                for (int row = 0; row < rows; row++) {
                    product += (double) matrix[row * columns + a] * matrix[row * columns + b];
                }
                assertEquals(a == b ? 1 : 0, product, 1e-6, "columns " + a + " and " + b);
            }
        }
    }
}
