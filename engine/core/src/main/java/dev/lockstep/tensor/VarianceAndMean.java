package dev.lockstep.tensor;

/**
 * Variance and mean over the same axes.
 *
 * @param variance the variance
 * @param mean the mean
 */
public record VarianceAndMean(Tensor variance, Tensor mean) {}
