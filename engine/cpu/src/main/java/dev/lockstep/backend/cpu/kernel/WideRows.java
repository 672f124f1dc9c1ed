package dev.lockstep.backend.cpu.kernel;

import dev.lockstep.backend.op.ScalarMath;

/** The {@link RowStages} of rows that are longer than a vector: each row goes through one or two flat loops. */
final class WideRows {
    private WideRows() {}

    static void lessMaximum(Rows rows) {
        for (long row = 0; row < rows.count(); row++) {
            long x = rows.x() + rows.offset(row);
            float max = Extremes.largestNumber(x, rows.length());
            Loops.SUB_NUMBER.run(max, x, rows.y() + rows.offset(row), rows.length());
            if (rows.z() != 0) {
                Lanes.set(rows.number(row), max);
            }
        }
    }

    static void lessNumber(Rows rows) {
        for (long row = 0; row < rows.count(); row++) {
            long offset = rows.offset(row);
            Loops.SUB_NUMBER.run(Lanes.get(rows.number(row)), rows.x() + offset, rows.y() + offset, rows.length());
        }
    }

    static void sum(Rows rows) {
        for (long row = 0; row < rows.count(); row++) {
            Lanes.set(rows.number(row), Sums.sum(rows.x() + rows.offset(row), rows.length()));
        }
    }

    static void divideBySum(Rows rows) {
        for (long row = 0; row < rows.count(); row++) {
            long y = rows.y() + rows.offset(row);
            Loops.DIV_NUMBER.run(Sums.sum(y, rows.length()), y, y, rows.length());
        }
    }

    static void lessLogSum(Rows rows) {
        for (long row = 0; row < rows.count(); row++) {
            long y = rows.y() + rows.offset(row);
            float sum = Sums.sum(rows.x() + rows.offset(row), rows.length());
            Loops.SUB_NUMBER.run(ScalarMath.log(sum), y, y, rows.length());
        }
    }

    static void scale(Rows rows) {
        for (long row = 0; row < rows.count(); row++) {
            long y = rows.y() + rows.offset(row);
            Loops.SUB_NUMBER.run(rows.number(), y, y, rows.length());
            Loops.MUL_NUMBER.run(Lanes.get(rows.number(row)), y, y, rows.length());
        }
    }

    static void gradient(Rows rows) {
        for (long row = 0; row < rows.count(); row++) {
            long x = rows.x() + rows.offset(row);
            long z = rows.z() + rows.offset(row);
            float sum = Sums.PRODUCTS.run(0f, z, x, rows.length());
            Loops.MUL_DIFFERENCE.run(sum, z, x, rows.y() + rows.offset(row), rows.length());
        }
    }

    static void logGradient(Rows rows) {
        for (long row = 0; row < rows.count(); row++) {
            long y = rows.y() + rows.offset(row);
            long z = rows.z() + rows.offset(row);
            Loops.SUB_MUL_NUMBER.run(Sums.sum(z, rows.length()), y, z, y, rows.length());
        }
    }
}
