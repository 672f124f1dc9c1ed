package dev.lockstep.nn;

/** Makes orthonormal rows or columns by modified Gram and Schmidt, twice over, in f64. */
final class Orthogonal {
    private Orthogonal() {}

    /**
     * Orthonormalises whichever are fewer, rows or columns, of a matrix in C order. That is the Q of the decomposition
     * whose R has a positive diagonal.
     */
    static float[] of(float[] matrix, int rows, int columns, double gain) {
        boolean wide = rows < columns;
        int count = wide ? rows : columns;
        int length = wide ? columns : rows;
        double[][] vectors = new double[count][length];
        for (int k = 0; k < count; k++) {
            for (int i = 0; i < length; i++) {
                vectors[k][i] = wide ? matrix[k * columns + i] : matrix[i * columns + k];
            }
            for (int again = 0; again < 2; again++) {
                for (int before = 0; before < k; before++) {
                    takeOff(vectors[k], vectors[before]);
                }
            }
            normalise(vectors[k]);
        }
        float[] result = new float[matrix.length];
        for (int i = 0; i < result.length; i++) {
            int row = i / columns;
            int column = i % columns;
            result[i] = (float) (gain * (wide ? vectors[row][column] : vectors[column][row]));
        }
        return result;
    }

    private static void takeOff(double[] vector, double[] direction) {
        double share = dot(vector, direction);
        for (int i = 0; i < vector.length; i++) {
            vector[i] -= share * direction[i];
        }
    }

    private static void normalise(double[] vector) {
        double length = Math.sqrt(dot(vector, vector));
        for (int i = 0; i < vector.length; i++) {
            vector[i] /= length;
        }
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }
}
