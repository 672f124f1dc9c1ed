package dev.lockstep.train;

import java.util.SortedMap;

/**
 * What a committed step came to, the same on every worker.
 *
 * @param step its number, from 1
 * @param loss the loss over the whole global batch
 * @param metrics the metrics' means over the rows of the global batch
 * @param samples rows of the global batch
 */
public record StepResult(long step, double loss, SortedMap<String, Double> metrics, long samples) {}
