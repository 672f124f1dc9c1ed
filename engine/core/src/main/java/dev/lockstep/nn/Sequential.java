package dev.lockstep.nn;

import dev.lockstep.module.Layer;
import dev.lockstep.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/** Calls layers one after the other. They are named by their index, from 0. */
public final class Sequential extends Layer {
    private final List<Layer> layers = new ArrayList<>();

    /** Makes a chain of layers; an empty one gives its input back. */
    public Sequential(Layer... layers) {
        this(List.of(layers));
    }

    /** Makes a chain of layers; an empty one gives its input back. */
    public Sequential(List<? extends Layer> layers) {
        for (Layer layer : layers) {
            this.layers.add(child(Integer.toString(this.layers.size()), layer));
        }
    }

    /** {@return the layer at an index} */
    public Layer get(int index) {
        return layers.get(index);
    }

    /** {@return how many layers there are} */
    public int size() {
        return layers.size();
    }

    @Override
    public Tensor forward(Tensor x) {
        Tensor y = x;
        for (Layer layer : layers) {
            y = layer.call(y);
        }
        return y;
    }
}
