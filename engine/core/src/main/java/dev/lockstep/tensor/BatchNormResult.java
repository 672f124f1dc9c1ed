package dev.lockstep.tensor;

/**
 * What a batch norm gives in training.
 *
 * @param output the normalised values, of the input's shape
 * @param statistics the batch's mean and biased variance, without history
 */
public record BatchNormResult(Tensor output, BatchStatistics statistics) {}
