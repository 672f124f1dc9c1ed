package dev.lockstep.module;

import dev.lockstep.tensor.Tensor;

/** A module from one tensor to one tensor. */
public abstract class Layer extends Module<Tensor, Tensor> {
    /** Makes a layer without parameters or children. */
    protected Layer() {}
}
