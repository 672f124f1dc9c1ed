package dev.lockstep.collectives.transport;

/**
 * Tells the messages of one pair of ranks apart.
 *
 * @param sequence the collective, counted from 0 by every rank alike; negative for messages between two ranks
 * @param phase the round within the collective
 * @param part which of several messages of one round
 */
public record Tag(long sequence, int phase, int part) {}
