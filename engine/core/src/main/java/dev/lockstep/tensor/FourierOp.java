package dev.lockstep.tensor;

import dev.lockstep.autograd.GradMode;
import dev.lockstep.backend.Backend;
import dev.lockstep.backend.Value;
import dev.lockstep.backend.op.CustomOp;
import dev.lockstep.layout.DType;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The Fourier transform of lines [..., n, 2] without scale, computed in f64 on the host and rounded once. It is linear,
 * and the opposite direction is its gradient.
 */
record FourierOp(boolean inverse) implements CustomOp {
    @Override
    public String label() {
        return inverse ? "ifft" : "fft";
    }

    @Override
    public Value[] forward(Backend backend, Value... inputs) {
        try (Scope _ = Scope.open(label());
                var _ = GradMode.noGrad()) {
            Tensor x = Tensor.wrap(inputs[0].alias());
            double[] numbers = x.to(DType.F64).toDoubleArray();
            int width = 2 * Math.toIntExact(x.size(-2));
            FourierKernel kernel = new FourierKernel(width / 2, inverse);
            double[] line = new double[width];
            for (int start = 0; start < numbers.length; start += width) {
                System.arraycopy(numbers, start, line, 0, width);
                kernel.transform(line);
                System.arraycopy(line, 0, numbers, start, width);
            }
            return new Value[] {
                Tensors.of(numbers, x.dtype(), x.shape().toArray()).value().alias()
            };
        }
    }

    @Override
    public @Nullable Value[] backward(
            Backend backend, List<Value> inputs, List<Value> outputs, @Nullable Value[] gradients) {
        @Nullable Value gradient = gradients[0];
        return gradient == null ? new @Nullable Value[1] : backend.execute(new FourierOp(!inverse), gradient);
    }
}
