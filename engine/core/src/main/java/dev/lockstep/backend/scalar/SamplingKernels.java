package dev.lockstep.backend.scalar;

import dev.lockstep.backend.Value;
import dev.lockstep.backend.op.Philox;
import dev.lockstep.backend.op.Sampling;
import dev.lockstep.layout.DType;
import java.util.Arrays;

/** Counter-based randomness; element i counts in logical C order. */
final class SamplingKernels {
    private SamplingKernels() {}

    static void run(Sampling op, Value[] in, Value out) {
        double[] numbers = new double[Rows.count(out.shape())];
        switch (op) {
            case Sampling.Uniform uniform -> {
                var stream = new Philox(uniform.key());
                Arrays.setAll(numbers, stream::uniform);
            }
            case Sampling.Normal normal -> {
                var stream = new Philox(normal.key());
                boolean twice = out.dtype() == DType.F64;
                Arrays.setAll(numbers, i -> twice ? stream.normalDouble(i) : stream.normal(i));
            }
            case Sampling.Dropout dropout -> numbers = dropout(dropout, in[0]);
        }
        Elements.write(out, numbers);
    }

    private static double[] dropout(Sampling.Dropout op, Value x) {
        double[] numbers = Elements.reals(x);
        Arithmetic m = Arithmetic.of(x.dtype());
        double scale = m.round(1 / (1 - op.p()));
        int threshold = Philox.dropThreshold(op.p());
        var stream = new Philox(op.key());
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = stream.word(i) >>> 8 < threshold ? 0 : m.mul(numbers[i], scale);
        }
        return numbers;
    }
}
