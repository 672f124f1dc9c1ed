package dev.lockstep.train;

/** Makes the columns of a small matrix orthonormal. */
final class Orthonormal {
    private Orthonormal() {}

    /**
     * Goes through the columns from left to right: divides each by its norm plus epsilon and takes its part out of
     * those right of it (modified Gram-Schmidt), in f64. A column of zeros stays zero.
     *
     * @param matrix [rows, columns] in C order; overwritten
     */
    static void columns(float[] matrix, int columns, double epsilon) {
        int rows = matrix.length / columns;
        double[][] all = new double[columns][rows];
        for (int i = 0; i < matrix.length; i++) {
            all[i % columns][i / columns] = matrix[i];
        }
        for (int column = 0; column < columns; column++) {
            double norm = Math.sqrt(dot(all[column], all[column])) + epsilon;
            scale(all[column], norm == 0 ? 0 : 1 / norm);
            for (int right = column + 1; right < columns; right++) {
                subtract(all[right], all[column], dot(all[column], all[right]));
            }
        }
        for (int i = 0; i < matrix.length; i++) {
            matrix[i] = (float) all[i % columns][i / columns];
        }
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }

    private static void scale(double[] column, double factor) {
        for (int i = 0; i < column.length; i++) {
            column[i] *= factor;
        }
    }

    private static void subtract(double[] column, double[] direction, double factor) {
        for (int i = 0; i < column.length; i++) {
            column[i] -= factor * direction[i];
        }
    }
}
