package dev.lockstep.tensor;

import dev.lockstep.autograd.AutogradBackend;
import dev.lockstep.autograd.GradMode;
import dev.lockstep.backend.Backend;
import dev.lockstep.backend.Value;
import dev.lockstep.backend.op.CustomOp;
import dev.lockstep.layout.DType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A decomposition of matrices [..., m, n], computed in f64 on the host and rounded once; its gradient is a chain of
 * other ops, which has a gradient in turn.
 */
abstract class MatrixOp implements CustomOp {
    private final String name;

    MatrixOp(String name) {
        this.name = name;
    }

    /** Decomposes one matrix in C order; gives each output's elements. */
    abstract double[][] decompose(double[] matrix, int rows, int columns);

    /** {@return the sizes that each output has in place of m and n} */
    abstract long[][] sizes(int rows, int columns);

    /** Computes the gradient of the matrices from those of the outputs, zeros where there was none. */
    abstract Tensor gradient(Tensor matrices, List<Tensor> outputs, List<Tensor> gradients);

    /** Runs the op on matrices [..., m, n]. */
    final List<Tensor> run(Tensor matrices, boolean square) {
        boolean fits = matrices.rank() >= 2
                && matrices.dtype().isFloating()
                && (!square || matrices.size(-1) == matrices.size(-2));
        if (!fits) {
            throw Engine.wrong(name + ": needs " + (square ? "square " : "") + "matrices of a floating dtype, got "
                    + matrices.dtype() + matrices.shape());
        }
        return List.of(Engine.runAll(this, matrices));
    }

    @Override
    public final String label() {
        return name;
    }

    @Override
    public final Value[] forward(Backend backend, Value... inputs) {
        try (Scope _ = Scope.open(name);
                var _ = GradMode.noGrad()) {
            Tensor x = Tensor.wrap(inputs[0].alias());
            int rows = Math.toIntExact(x.size(-2));
            int columns = Math.toIntExact(x.size(-1));
            double[] all = x.to(DType.F64).toDoubleArray();
            long[][] sizes = sizes(rows, columns);
            double[][] results = new double[sizes.length][];
            int count = rows * columns == 0 ? 0 : all.length / (rows * columns);
            for (int k = 0; k < results.length; k++) {
                results[k] = new double[count * elements(sizes[k])];
            }
            for (int b = 0; b < count; b++) {
                double[] matrix = Arrays.copyOfRange(all, b * rows * columns, (b + 1) * rows * columns);
                double[][] parts = decompose(matrix, rows, columns);
                for (int k = 0; k < results.length; k++) {
                    System.arraycopy(parts[k], 0, results[k], b * parts[k].length, parts[k].length);
                }
            }
            Value[] outputs = new Value[sizes.length];
            for (int k = 0; k < outputs.length; k++) {
                long[] shape = shape(x, sizes[k]);
                outputs[k] = Tensors.of(results[k], x.dtype(), shape).value().alias();
            }
            return outputs;
        }
    }

    private static int elements(long[] sizes) {
        return (int) Arrays.stream(sizes).reduce(1, (a, b) -> a * b);
    }

    private static long[] shape(Tensor x, long[] last) {
        long[] shape = new long[x.rank() - 2 + last.length];
        System.arraycopy(x.shape().toArray(), 0, shape, 0, x.rank() - 2);
        System.arraycopy(last, 0, shape, x.rank() - 2, last.length);
        return shape;
    }

    @Override
    public final @Nullable Value[] backward(
            Backend backend, List<Value> inputs, List<Value> outputs, @Nullable Value[] gradients) {
        try (Scope _ = Scope.open(name + " backward")) {
            List<Tensor> results = new ArrayList<>();
            List<Tensor> given = new ArrayList<>();
            for (int k = 0; k < gradients.length; k++) {
                Tensor result = Tensor.wrap(AutogradBackend.share(outputs.get(k)));
                @Nullable Value gradient = gradients[k];
                results.add(result);
                given.add(gradient == null ? Tensors.zerosLike(result) : Tensor.wrap(AutogradBackend.share(gradient)));
            }
            Tensor input = Tensor.wrap(AutogradBackend.share(inputs.get(0)));
            return new @Nullable Value[] {gradient(input, results, given).keep().value()};
        }
    }
}
