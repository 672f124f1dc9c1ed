package dev.lockstep.nn;

import dev.lockstep.layout.DType;
import dev.lockstep.module.Layer;
import dev.lockstep.tensor.Tensor;
import dev.lockstep.tensor.Tensors;
import java.util.Arrays;

/**
 * Applies {@code x > 0 ? x : a x} with a learned a, one for all or one a channel of [N, C, ...] (He et al. 2015).
 * State: {@code weight} [count], 0.25.
 */
public final class PReLU extends Layer {
    private final Tensor weight;

    /** Makes a layer with one slope. */
    public PReLU() {
        this(1);
    }

    /** Makes a layer with a slope a channel. */
    public PReLU(int count) {
        Checks.atLeast("PReLU", "count", count, 1);
        this.weight = param("weight", Tensors.full(0.25, DType.F32, count));
    }

    @Override
    public Tensor forward(Tensor x) {
        long[] sizes = new long[Math.max(1, x.rank() - 1)];
        Arrays.fill(sizes, 1);
        sizes[0] = weight.numel();
        Tensor slopes = x.rank() < 2 ? weight : weight.reshape(sizes);
        return Tensors.where(x.gt(0), x, x.mul(slopes));
    }

    @Override
    protected String description() {
        return "num_parameters=" + weight.numel();
    }
}
