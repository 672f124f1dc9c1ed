package dev.lockstep.backend.scalar;

import dev.lockstep.backend.Value;
import dev.lockstep.backend.op.BinaryKind;
import dev.lockstep.backend.op.Elementwise;
import dev.lockstep.backend.op.UnaryKind;
import dev.lockstep.layout.DType;
import java.util.Arrays;
import java.util.function.DoubleBinaryOperator;

/** Element-wise ops. */
final class ElementwiseKernels {
    private ElementwiseKernels() {}

    static void run(Elementwise op, Value[] in, Value out) {
        switch (op) {
            case Elementwise.Unary(UnaryKind kind) -> unary(kind, in[0], out);
            case Elementwise.Binary(BinaryKind kind) -> binary(kind, in, out);
            case Elementwise.BinaryScalar scalar -> binaryScalar(scalar, in[0], out);
            case Elementwise.Clamp(double min, double max) -> clamp(min, max, in[0], out);
            case Elementwise.Where() -> where(in, out);
            case Elementwise.Normalize() -> normalize(in, out);
            case Elementwise.Cast(DType dtype) -> cast(in[0], out);
            case Elementwise.Copy copy -> Elements.copy(in[0], in[0].layout(), out, out.layout());
        }
    }

    private static void unary(UnaryKind kind, Value x, Value out) {
        if (!x.dtype().isFloating()) {
            long[] numbers = Elements.integers(x);
            for (int i = 0; i < numbers.length; i++) {
                numbers[i] = IntegerMath.apply(kind, numbers[i]);
            }
            Elements.write(out, numbers);
            return;
        }
        double[] numbers = Elements.reals(x);
        boolean twice = x.dtype() == DType.F64;
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = twice ? kind.apply(numbers[i]) : kind.apply((float) numbers[i]);
        }
        writeFloating(numbers, out);
    }

    private static void binary(BinaryKind kind, Value[] in, Value out) {
        var left = in[0].layout().expand(out.shape());
        var right = in[1].layout().expand(out.shape());
        if (in[0].dtype().isFloating()) {
            double[] a = Elements.reals(in[0], left);
            apply(kind, in[0].dtype(), a, Elements.reals(in[1], right), out);
        } else {
            long[] a = Elements.integers(in[0], left);
            applyIntegers(kind, a, Elements.integers(in[1], right), out);
        }
    }

    private static void binaryScalar(Elementwise.BinaryScalar op, Value x, Value out) {
        if (x.dtype().isFloating()) {
            double[] tensor = Elements.reals(x);
            double[] scalar = new double[tensor.length];
            Arrays.fill(scalar, Arithmetic.of(x.dtype()).round(op.scalar()));
            apply(op.kind(), x.dtype(), op.scalarFirst() ? scalar : tensor, op.scalarFirst() ? tensor : scalar, out);
        } else {
            long[] tensor = Elements.integers(x);
            long[] scalar = new long[tensor.length];
            Arrays.fill(scalar, (long) op.scalar());
            applyIntegers(op.kind(), op.scalarFirst() ? scalar : tensor, op.scalarFirst() ? tensor : scalar, out);
        }
    }

    private static void apply(BinaryKind kind, DType dtype, double[] a, double[] b, Value out) {
        DoubleBinaryOperator function =
                dtype == DType.F64 ? (x, y) -> kind.apply(x, y) : (x, y) -> kind.apply((float) x, (float) y);
        double[] numbers = new double[a.length];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = function.applyAsDouble(a[i], b[i]);
        }
        writeFloating(numbers, out);
    }

    private static void applyIntegers(BinaryKind kind, long[] a, long[] b, Value out) {
        long[] numbers = new long[a.length];
        for (int i = 0; i < numbers.length; i++) {
            if (IntegerMath.dividesByZero(kind, a[i], b[i])) {
                throw new IllegalArgumentException(new Elementwise.Binary(kind).label() + ": integer division by zero: "
                        + a[i] + " and " + b[i] + " at " + Rows.position(out.shape(), i));
            }
            numbers[i] = IntegerMath.apply(kind, a[i], b[i]);
        }
        Elements.write(out, numbers);
    }

    /** Writes floats, or the ones and zeros of a predicate. */
    static void writeFloating(double[] numbers, Value out) {
        if (out.dtype().isFloating()) {
            Elements.write(out, numbers);
            return;
        }
        long[] bits = new long[numbers.length];
        for (int i = 0; i < bits.length; i++) {
            bits[i] = numbers[i] == 0 ? 0 : 1;
        }
        Elements.write(out, bits);
    }

    private static void clamp(double min, double max, Value x, Value out) {
        if (!x.dtype().isFloating()) {
            long[] numbers = Elements.integers(x);
            for (int i = 0; i < numbers.length; i++) {
                numbers[i] = Math.min(Math.max(numbers[i], (long) Math.ceil(min)), (long) Math.floor(max));
            }
            Elements.write(out, numbers);
            return;
        }
        double[] numbers = Elements.reals(x);
        double low = Arithmetic.of(x.dtype()).round(min);
        double high = Arithmetic.of(x.dtype()).round(max);
        for (int i = 0; i < numbers.length; i++) {
            double limited = numbers[i] < low ? low : numbers[i];
            numbers[i] = limited > high ? high : limited;
        }
        Elements.write(out, numbers);
    }

    private static void where(Value[] in, Value out) {
        long[] condition = Elements.integers(in[0], in[0].layout().expand(out.shape()));
        var left = in[1].layout().expand(out.shape());
        var right = in[2].layout().expand(out.shape());
        if (out.dtype().isFloating()) {
            double[] a = Elements.reals(in[1], left);
            double[] b = Elements.reals(in[2], right);
            for (int i = 0; i < a.length; i++) {
                a[i] = condition[i] != 0 ? a[i] : b[i];
            }
            Elements.write(out, a);
        } else {
            long[] a = Elements.integers(in[1], left);
            long[] b = Elements.integers(in[2], right);
            for (int i = 0; i < a.length; i++) {
                a[i] = condition[i] != 0 ? a[i] : b[i];
            }
            Elements.write(out, a);
        }
    }

    private static void normalize(Value[] in, Value out) {
        Arithmetic m = Arithmetic.of(out.dtype());
        double[][] from = new double[in.length][];
        Arrays.setAll(from, i -> Elements.reals(in[i], in[i].layout().expand(out.shape())));
        double[] y = from[0];
        for (int i = 0; i < y.length; i++) {
            y[i] = m.fma(NormalizationKernels.normal(m, y[i], from[1][i], from[2][i]), from[3][i], from[4][i]);
        }
        Elements.write(out, y);
    }

    private static void cast(Value x, Value out) {
        boolean toFloating = out.dtype().isFloating();
        if (x.dtype().isFloating()) {
            double[] numbers = Elements.reals(x);
            if (toFloating || out.dtype() == DType.BOOL) {
                writeFloating(numbers, out);
            } else {
                Elements.write(out, truncate(numbers));
            }
        } else if (toFloating) {
            Elements.write(out, toReals(Elements.integers(x), out.dtype()));
        } else {
            Elements.write(out, Elements.integers(x));
        }
    }

    private static long[] truncate(double[] numbers) {
        long[] integers = new long[numbers.length];
        for (int i = 0; i < integers.length; i++) {
            integers[i] = (long) numbers[i];
        }
        return integers;
    }

    /** Rounds once: a long goes to f32 directly, not by way of f64. */
    private static double[] toReals(long[] integers, DType dtype) {
        double[] numbers = new double[integers.length];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = dtype == DType.F64 ? (double) integers[i] : (float) integers[i];
        }
        return numbers;
    }
}
