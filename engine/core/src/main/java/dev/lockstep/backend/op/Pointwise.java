package dev.lockstep.backend.op;

/**
 * Ops that make each element of their one result from those at its place in the inputs, and perhaps from its place:
 * what a {@link Fused} op is made of.
 */
public sealed interface Pointwise extends Op permits Elementwise, Sampling.Dropout {}
