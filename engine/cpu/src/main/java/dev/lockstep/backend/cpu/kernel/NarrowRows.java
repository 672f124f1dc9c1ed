package dev.lockstep.backend.cpu.kernel;

import dev.lockstep.backend.op.ScalarMath;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/** The {@link RowStages} of rows that fit into one vector: a row is loaded and stored with a mask. */
final class NarrowRows {
    private NarrowRows() {}

    static void lessMaximum(Rows rows) {
        for (long row = 0; row < rows.count(); row++) {
            FloatVector x = Lanes.loadFew(rows.x() + rows.offset(row), rows.length(), Float.NEGATIVE_INFINITY);
            float max = x.reduceLanes(VectorOperators.MAX);
            Lanes.storeFew(x.sub(max), rows.y() + rows.offset(row), rows.length());
            if (rows.z() != 0) {
                Lanes.set(rows.number(row), max);
            }
        }
    }

    static void lessNumber(Rows rows) {
        for (long row = 0; row < rows.count(); row++) {
            FloatVector x = load(rows, rows.x(), row);
            store(x.sub(Lanes.get(rows.number(row))), rows, row);
        }
    }

    static void sum(Rows rows) {
        for (long row = 0; row < rows.count(); row++) {
            Lanes.set(rows.number(row), LaneFolds.sum(load(rows, rows.x(), row)).lane(0));
        }
    }

    static void divideBySum(Rows rows) {
        for (long row = 0; row < rows.count(); row++) {
            FloatVector y = load(rows, rows.y(), row);
            store(y.div(LaneFolds.sum(y)), rows, row);
        }
    }

    static void lessLogSum(Rows rows) {
        for (long row = 0; row < rows.count(); row++) {
            float sum = LaneFolds.sum(load(rows, rows.x(), row)).lane(0);
            store(load(rows, rows.y(), row).sub(ScalarMath.log(sum)), rows, row);
        }
    }

    static void scale(Rows rows) {
        for (long row = 0; row < rows.count(); row++) {
            FloatVector factor = Lanes.all(Lanes.get(rows.number(row)));
            store(factor.mul(load(rows, rows.y(), row).sub(rows.number())), rows, row);
        }
    }

    static void gradient(Rows rows) {
        for (long row = 0; row < rows.count(); row++) {
            FloatVector x = load(rows, rows.x(), row);
            FloatVector z = load(rows, rows.z(), row);
            store(x.mul(z.sub(LaneFolds.sum(z.mul(x)))), rows, row);
        }
    }

    static void logGradient(Rows rows) {
        for (long row = 0; row < rows.count(); row++) {
            FloatVector z = load(rows, rows.z(), row);
            store(z.sub(load(rows, rows.y(), row).mul(LaneFolds.sum(z))), rows, row);
        }
    }

    private static FloatVector load(Rows rows, long base, long row) {
        return Lanes.loadFew(base + rows.offset(row), rows.length(), 0f);
    }

    private static void store(FloatVector vector, Rows rows, long row) {
        Lanes.storeFew(vector, rows.y() + rows.offset(row), rows.length());
    }
}
