package dev.lockstep.collectives.transport;

import java.lang.foreign.MemorySegment;
import java.util.function.LongFunction;

/**
 * A receive that awaits its message.
 *
 * @param work ends with the message's arrival
 * @param target gives the memory for it
 */
record Receipt(PendingWork work, LongFunction<MemorySegment> target) {}
