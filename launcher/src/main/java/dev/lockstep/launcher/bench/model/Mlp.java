package dev.lockstep.launcher.bench.model;

import dev.lockstep.module.Layer;
import dev.lockstep.nn.Linear;
import dev.lockstep.tensor.Tensor;

/** A perceptron with two hidden layers of one width: [N, 784] to [N, 10]. */
public final class Mlp extends Layer {
    private final Linear first;
    private final Linear second;
    private final Linear last;

    /** Makes a perceptron whose hidden layers have {@code width} units. */
    public Mlp(int width) {
        this.first = child("first", new Linear(784, width));
        this.second = child("second", new Linear(width, width));
        this.last = child("last", new Linear(width, 10));
    }

    @Override
    public Tensor forward(Tensor x) { // [N, 784]
        Tensor hidden = second.call(first.call(x).relu()).relu(); // [N, width]
        return last.call(hidden); // [N, 10]
    }
}
