package dev.lockstep.backend.op;

/**
 * Keys one counter-based random stream (Philox 4x32-10). Element i of the stream depends on the key and i alone, so the
 * same key gives the same numbers on every backend, on any thread and in any layout (i counts in logical C order).
 *
 * @param seed the Philox key
 * @param stream the upper 64 bits of the counter; the lower are the element's block number
 */
public record RandomKey(long seed, long stream) {}
