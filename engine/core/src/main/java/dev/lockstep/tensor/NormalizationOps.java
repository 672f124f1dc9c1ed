package dev.lockstep.tensor;

import dev.lockstep.backend.op.Normalization.BatchNorm;
import dev.lockstep.backend.op.Normalization.LayerNorm;
import dev.lockstep.backend.op.ReduceKind;
import java.util.Arrays;
import java.util.stream.IntStream;

/** Normalisations: one fused op where the backend has it, else a chain. */
final class NormalizationOps {
    private NormalizationOps() {}

    static Tensor layerNorm(Tensor x, Tensor weight, Tensor bias, double eps) {
        LayerNorm op = new LayerNorm(weight.rank(), eps);
        if (Engine.supports(x.device(), op)) {
            return first(Engine.runAll(op, x, weight, bias));
        }
        int[] axes = IntStream.range(x.rank() - weight.rank(), x.rank()).toArray();
        Tensor centred = x.sub(x.mean(true, axes));
        Tensor variance = centred.square().mean(true, axes);
        return centred.mul(variance.add(eps).rsqrt()).mul(weight).add(bias);
    }

    static BatchNormResult batchNorm(Tensor x, Tensor weight, Tensor bias, double eps) {
        BatchNorm op = new BatchNorm(eps);
        if (Engine.supports(x.device(), op)) {
            Tensor[] outputs = Engine.runAll(op, x, weight, bias);
            outputs[3].close();
            return new BatchNormResult(outputs[0], new BatchStatistics(outputs[1], outputs[2]));
        }
        int[] axes = IntStream.range(0, x.rank()).filter(axis -> axis != 1).toArray();
        Tensor mean = x.mean(true, axes);
        Tensor variance = ReductionOps.reduce(ReduceKind.MEAN, x.sub(mean).square(), true, axes);
        Tensor normal = x.sub(mean).mul(variance.add(eps).rsqrt());
        Tensor output = normal.mul(perChannel(x, weight)).add(perChannel(x, bias));
        BatchStatistics statistics =
                new BatchStatistics(mean.detach().flatten(), variance.detach().flatten());
        return new BatchNormResult(output, statistics);
    }

    static Tensor batchNorm(Tensor x, BatchStatistics statistics, Tensor weight, Tensor bias, double eps) {
        Tensor scale = statistics.variance().add(eps).rsqrt().mul(weight);
        Tensor shift = bias.sub(statistics.mean().mul(scale));
        return x.mul(perChannel(x, scale)).add(perChannel(x, shift));
    }

    /** Sees [C] as [1, C, 1, ...] of the rank of x. */
    private static Tensor perChannel(Tensor x, Tensor vector) {
        long[] sizes = new long[x.rank()];
        Arrays.fill(sizes, 1);
        sizes[1] = vector.numel();
        return vector.reshape(sizes);
    }

    private static Tensor first(Tensor... outputs) {
        for (int i = 1; i < outputs.length; i++) {
            outputs[i].close();
        }
        return outputs[0];
    }
}
