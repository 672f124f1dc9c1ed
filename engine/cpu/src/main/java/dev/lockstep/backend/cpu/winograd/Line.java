package dev.lockstep.backend.cpu.winograd;

/** A one-dimensional transform of short sequences, one sequence for each channel. */
@FunctionalInterface
interface Line {
    /**
     * Transforms the sequences whose elements lie at {@code from}, {@code from + fromStep}, ..., each for consecutive
     * channels, into sequences at {@code to}, {@code to + toStep}, ...
     *
     * @param fromStep bytes between neighbouring elements of a sequence
     * @param toStep the same for the results
     * @param bytes the bytes of all channels, a multiple of a vector's
     */
    void run(long from, long fromStep, long to, long toStep, long bytes);
}
