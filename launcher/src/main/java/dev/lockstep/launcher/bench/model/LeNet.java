package dev.lockstep.launcher.bench.model;

import dev.lockstep.module.Layer;
import dev.lockstep.nn.Conv2d;
import dev.lockstep.nn.Linear;
import dev.lockstep.tensor.Tensor;

/** LeNet-5 (LeCun et al. 1998) with ReLU and max-pooling: rows of 28 x 28 pixels, [N, 784], to [N, 10]. */
public final class LeNet extends Layer {
    private final Conv2d conv1 = child("conv1", new Conv2d(1, 6, 5, o -> o.padding(2)));
    private final Conv2d conv2 = child("conv2", new Conv2d(6, 16, 5));
    private final Linear fc1 = child("fc1", new Linear(16 * 5 * 5, 120));
    private final Linear fc2 = child("fc2", new Linear(120, 84));
    private final Linear fc3 = child("fc3", new Linear(84, 10));

    /** Makes the net. */
    public LeNet() {}

    @Override
    public Tensor forward(Tensor x) { // [N, 784]
        Tensor a = conv1.call(x.view(-1, 1, 28, 28)).relu().maxPool2d(2); // [N, 6, 14, 14]
        Tensor b = conv2.call(a).relu().maxPool2d(2); // [N, 16, 5, 5]
        Tensor c = fc2.call(fc1.call(b.flatten(1)).relu()).relu(); // [N, 84]
        return fc3.call(c); // [N, 10]
    }
}
