package dev.lockstep.tensor;

/**
 * Extreme values along an axis and where they are.
 *
 * @param values the values
 * @param indices their indexes (I64)
 */
public record ValuesAndIndices(Tensor values, Tensor indices) {}
