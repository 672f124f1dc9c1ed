package dev.lockstep.testkit.oracle;

import dev.lockstep.module.Layer;
import dev.lockstep.nn.BatchNorm2d;
import dev.lockstep.nn.Conv2d;
import dev.lockstep.nn.ConvTranspose2d;
import dev.lockstep.nn.Linear;
import dev.lockstep.nn.ReLU;
import dev.lockstep.nn.Sequential;
import dev.lockstep.tensor.Functional;
import dev.lockstep.tensor.PoolOptions;
import dev.lockstep.tensor.Tensor;
import dev.lockstep.tensor.Tensors;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Models of images as a user writes them, small enough for a test. */
final class SmallImageModels {
    private SmallImageModels() {}

    /** Two convolutions and a way around them (He et al. 2016). */
    private static final class Block extends Layer {
        private final Conv2d conv1;
        private final BatchNorm2d bn1;
        private final Conv2d conv2;
        private final BatchNorm2d bn2;
        private final @Nullable Sequential downsample;

        Block(int inside, int outside, int stride) {
            conv1 = child(
                    "conv1",
                    new Conv2d(
                            inside, outside, 3, o -> o.stride(stride).padding(1).bias(false)));
            bn1 = child("bn1", new BatchNorm2d(outside));
            conv2 = child(
                    "conv2", new Conv2d(outside, outside, 3, o -> o.padding(1).bias(false)));
            bn2 = child("bn2", new BatchNorm2d(outside));
            downsample = stride == 1 && inside == outside
                    ? null
                    : child(
                            "downsample",
                            new Sequential(
                                    new Conv2d(
                                            inside,
                                            outside,
                                            1,
                                            o -> o.stride(stride).bias(false)),
                                    new BatchNorm2d(outside)));
        }

        @Override
        public Tensor forward(Tensor x) {
            Tensor y = bn2.call(conv2.call(bn1.call(conv1.call(x)).relu()));
            return y.add(downsample == null ? x : downsample.call(x)).relu();
        }
    }

    /** ResNet-18 with few channels. */
    static final class ResNet18 extends Layer {
        private static final int STAGES = 4;

        private final Conv2d conv1;
        private final BatchNorm2d bn1;
        private final List<Sequential> layers = new ArrayList<>();
        private final Linear fc;

        ResNet18(int width) {
            conv1 = child(
                    "conv1", new Conv2d(3, width, 7, o -> o.stride(2).padding(3).bias(false)));
            bn1 = child("bn1", new BatchNorm2d(width));
            int inside = width;
            for (int k = 0; k < STAGES; k++) {
                int outside = width << k;
                Block first = new Block(inside, outside, k == 0 ? 1 : 2);
                layers.add(child("layer" + (k + 1), new Sequential(first, new Block(outside, outside, 1))));
                inside = outside;
            }
            fc = child("fc", new Linear(inside, 5));
        }

        @Override
        public Tensor forward(Tensor x) {
            Tensor y = Functional.maxPool2d(bn1.call(conv1.call(x)).relu(), PoolOptions.of(3, 2, 1));
            for (Sequential layer : layers) {
                y = layer.call(y);
            }
            return fc.call(Functional.adaptiveAvgPool2d(y, 1, 1).flatten(1));
        }
    }

    /** A U-Net of two steps (Ronneberger et al. 2015). */
    static final class UNet extends Layer {
        private final Sequential down1 = child("down1", pair(1, 3));
        private final Sequential down2 = child("down2", pair(3, 4));
        private final Sequential middle = child("middle", pair(4, 6));
        private final ConvTranspose2d up2 = child("up2", new ConvTranspose2d(6, 4, 2, o -> o.stride(2)));
        private final ConvTranspose2d up1 = child("up1", new ConvTranspose2d(4, 3, 2, o -> o.stride(2)));
        private final Sequential join2 = child("join2", pair(8, 4));
        private final Sequential join1 = child("join1", pair(6, 3));
        private final Conv2d out = child("out", new Conv2d(3, 1, 1));

        private static Sequential pair(int inside, int outside) {
            return new Sequential(
                    new Conv2d(inside, outside, 3, o -> o.padding(1)),
                    new ReLU(),
                    new Conv2d(outside, outside, 3, o -> o.padding(1)),
                    new ReLU());
        }

        @Override
        public Tensor forward(Tensor x) {
            Tensor first = down1.call(x);
            Tensor second = down2.call(first.maxPool2d(2));
            Tensor deep = middle.call(second.maxPool2d(2));
            Tensor y = join2.call(Tensors.cat(1, second, up2.call(deep)));
            return out.call(join1.call(Tensors.cat(1, first, up1.call(y))));
        }
    }
}
