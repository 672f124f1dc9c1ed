package dev.lockstep.collectives.transport;

/**
 * Tells the messages of one pair of ranks apart.
 *
 * @param group the group whose collective it is: 0 for that of all ranks, another number for each sub-group
 * @param sequence the collective, counted from 0 by every rank of the group alike; negative for messages between two
 *     ranks
 * @param phase the round within the collective
 * @param part which of several messages of one round
 */
public record Tag(long group, long sequence, int phase, int part) {}
