package dev.lockstep.backend.scalar;

import dev.lockstep.backend.op.FixedDoubleSum;
import dev.lockstep.backend.op.FixedSum;
import dev.lockstep.backend.op.ScalarMath;
import dev.lockstep.layout.DType;

/**
 * Computes in f32 or f64 on numbers that are held as doubles, so that a kernel is written once. In f32 every operation
 * takes and gives f32 numbers and rounds once.
 */
enum Arithmetic {
    F32 {
        @Override
        double round(double x) {
            return (float) x;
        }

        @Override
        double div(double a, double b) {
            return (float) a / (float) b;
        }

        @Override
        double fma(double a, double b, double c) {
            return Math.fma((float) a, (float) b, (float) c);
        }

        @Override
        double exp(double x) {
            return ScalarMath.exp((float) x);
        }

        @Override
        double log(double x) {
            return ScalarMath.log((float) x);
        }

        @Override
        double sum(double[] numbers, int from, int count, int stride) {
            var sum = new FixedSum();
            for (int i = 0; i < count; i++) {
                sum.add((float) numbers[from + i * stride]);
            }
            return sum.value();
        }
    },
    F64 {
        @Override
        double round(double x) {
            return x;
        }

        @Override
        double div(double a, double b) {
            return a / b;
        }

        @Override
        double fma(double a, double b, double c) {
            return Math.fma(a, b, c);
        }

        @Override
        double exp(double x) {
            return StrictMath.exp(x);
        }

        @Override
        double log(double x) {
            return StrictMath.log(x);
        }

        @Override
        double sum(double[] numbers, int from, int count, int stride) {
            var sum = new FixedDoubleSum();
            for (int i = 0; i < count; i++) {
                sum.add(numbers[from + i * stride]);
            }
            return sum.value();
        }
    };

    /** {@return the arithmetic of a floating dtype: f64 for itself, f32 for all others} */
    static Arithmetic of(DType dtype) {
        return dtype == DType.F64 ? F64 : F32;
    }

    abstract double round(double x);

    /** Adds; an f64 sum, difference or product of f32 numbers that is then rounded is that of f32. */
    final double add(double a, double b) {
        return round(a + b);
    }

    final double sub(double a, double b) {
        return round(a - b);
    }

    final double mul(double a, double b) {
        return round(a * b);
    }

    abstract double div(double a, double b);

    abstract double fma(double a, double b, double c);

    abstract double exp(double x);

    abstract double log(double x);

    final double sqrt(double x) {
        return round(Math.sqrt(x));
    }

    /** Sums as Note [Order of sums] says. */
    abstract double sum(double[] numbers, int from, int count, int stride);

    final double sum(double[] numbers, int from, int count) {
        return sum(numbers, from, count, 1);
    }
}
