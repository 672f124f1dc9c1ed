package dev.lockstep.launcher.bench.model;

import dev.lockstep.module.Layer;
import dev.lockstep.nn.BatchNorm2d;
import dev.lockstep.nn.Conv2d;
import dev.lockstep.nn.Sequential;
import dev.lockstep.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * The basic block of a residual net (He et al. 2015): two 3 x 3 convolutions beside a shortcut, which is a 1 x 1
 * convolution where the shape changes. [N, in, H, W] to [N, out, H / stride, W / stride].
 */
public final class ResidualBlock extends Layer {
    private final Conv2d conv1;
    private final BatchNorm2d norm1;
    private final Conv2d conv2;
    private final BatchNorm2d norm2;
    private final @Nullable Sequential shortcut;

    /** Makes a block from {@code in} to {@code out} channels. */
    public ResidualBlock(int in, int out, int stride) {
        this.conv1 = child(
                "conv1", new Conv2d(in, out, 3, o -> o.stride(stride).padding(1).bias(false)));
        this.norm1 = child("norm1", new BatchNorm2d(out));
        this.conv2 = child("conv2", new Conv2d(out, out, 3, o -> o.padding(1).bias(false)));
        this.norm2 = child("norm2", new BatchNorm2d(out));
        this.shortcut = stride == 1 && in == out
                ? null
                : child(
                        "shortcut",
                        new Sequential(
                                new Conv2d(in, out, 1, o -> o.stride(stride).bias(false)), new BatchNorm2d(out)));
    }

    @Override
    public Tensor forward(Tensor x) {
        Tensor y = norm2.call(conv2.call(norm1.call(conv1.call(x)).relu()));
        return y.add(shortcut == null ? x : shortcut.call(x)).relu();
    }
}
