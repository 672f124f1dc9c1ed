/**
 * Connects the workers of one generation by TCP: one connection a pair, a mutual proof of the job's token before
 * anything else is read, frames that carry job, attempt, generation and a checksum, tensors from native memory to the
 * wire without a copy on the heap.
 */
@NullMarked
package dev.lockstep.collectives.netty;

import org.jspecify.annotations.NullMarked;
