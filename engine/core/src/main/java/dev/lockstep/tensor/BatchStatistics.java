package dev.lockstep.tensor;

/**
 * The statistics of a batch, one element a channel.
 *
 * @param mean the mean, [C]
 * @param variance the variance, [C]; biased where a batch norm computed it
 */
public record BatchStatistics(Tensor mean, Tensor variance) {}
