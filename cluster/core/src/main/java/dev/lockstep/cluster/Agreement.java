package dev.lockstep.cluster;

import java.util.Optional;

/**
 * What all workers of a job must agree on before they may train together. Immutable.
 *
 * @param virtualRanks the number of virtual ranks that the job came to, at least 1
 * @param planDigest a digest of program, arguments, model, bucket layout and data set
 * @param numericsFingerprint the versions and the hardware that decide the bits
 */
public record Agreement(int virtualRanks, String planDigest, String numericsFingerprint) {

    /**
     * Checks the number of virtual ranks.
     *
     * @throws IllegalArgumentException if it is below 1
     */
    public Agreement {
        if (virtualRanks < 1) {
            throw new IllegalArgumentException("virtual ranks: " + virtualRanks + " is below 1");
        }
    }

    /**
     * Names the first thing in which another worker differs.
     *
     * @param other what the other worker said
     * @return the difference, this value first, or empty if both agree
     */
    public Optional<String> difference(Agreement other) {
        if (virtualRanks != other.virtualRanks) {
            return Optional.of("virtual ranks: " + virtualRanks + " against " + other.virtualRanks);
        }
        if (!numericsFingerprint.equals(other.numericsFingerprint)) {
            return Optional.of(
                    "numerics fingerprint: '" + numericsFingerprint + "' against '" + other.numericsFingerprint + "'");
        }
        if (!planDigest.equals(other.planDigest)) {
            return Optional.of("plan digest: " + planDigest + " against " + other.planDigest);
        }
        return Optional.empty();
    }
}
