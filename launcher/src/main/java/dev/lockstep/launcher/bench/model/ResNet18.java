package dev.lockstep.launcher.bench.model;

import dev.lockstep.module.Layer;
import dev.lockstep.nn.BatchNorm2d;
import dev.lockstep.nn.Conv2d;
import dev.lockstep.nn.Linear;
import dev.lockstep.nn.Sequential;
import dev.lockstep.tensor.Tensor;

/**
 * ResNet-18 (He et al. 2015) in its form for images of 32 x 32: a 3 x 3 stem without pooling, eight blocks of 64 to 512
 * channels, 11,173,962 parameters. [N, 3, 32, 32] to [N, 10].
 */
public final class ResNet18 extends Layer {
    private final Conv2d stem =
            child("stem", new Conv2d(3, 64, 3, o -> o.padding(1).bias(false)));
    private final BatchNorm2d norm = child("norm", new BatchNorm2d(64));
    private final Sequential blocks = child(
            "blocks",
            new Sequential(
                    new ResidualBlock(64, 64, 1),
                    new ResidualBlock(64, 64, 1),
                    new ResidualBlock(64, 128, 2),
                    new ResidualBlock(128, 128, 1),
                    new ResidualBlock(128, 256, 2),
                    new ResidualBlock(256, 256, 1),
                    new ResidualBlock(256, 512, 2),
                    new ResidualBlock(512, 512, 1)));
    private final Linear classifier = child("classifier", new Linear(512, 10));

    /** Makes the net. */
    public ResNet18() {}

    @Override
    public Tensor forward(Tensor x) { // [N, 3, 32, 32]
        Tensor features = blocks.call(norm.call(stem.call(x)).relu()); // [N, 512, 4, 4]
        return classifier.call(features.mean(2, 3)); // [N, 10]
    }
}
