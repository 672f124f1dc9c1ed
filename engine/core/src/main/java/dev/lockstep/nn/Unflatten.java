package dev.lockstep.nn;

import dev.lockstep.module.Layer;
import dev.lockstep.tensor.Tensor;
import java.util.Arrays;
import java.util.stream.Collectors;

/** Splits an axis into several; one of the sizes may be -1. */
public final class Unflatten extends Layer {
    private final int axis;
    private final long[] sizes;

    /** Makes the layer; it has no parameters. */
    public Unflatten(int axis, long... sizes) {
        this.axis = axis;
        this.sizes = sizes.clone();
    }

    @Override
    public Tensor forward(Tensor x) {
        return x.unflatten(axis, sizes);
    }

    @Override
    protected String description() {
        return "dim=" + axis + ", unflattened_size=("
                + Arrays.stream(sizes).mapToObj(Long::toString).collect(Collectors.joining(", ")) + ")";
    }
}
