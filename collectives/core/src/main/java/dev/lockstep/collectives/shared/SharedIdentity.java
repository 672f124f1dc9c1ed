package dev.lockstep.collectives.shared;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * Says whose segments are whose.
 *
 * @param runId the run
 * @param attempt the number of its attempt
 * @param token the job's secret; a name made with it cannot be guessed
 */
public record SharedIdentity(String runId, long attempt, String token) {
    /** {@return 32 hexadecimal digits that only members of this attempt know} */
    String key() {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            String text = "lockstep shared memory\0" + runId + "\0" + attempt + "\0" + token;
            return HexFormat.of()
                    .formatHex(digest.digest(text.getBytes(StandardCharsets.UTF_8)), 0, SegmentLayout.JOB_BYTES / 2);
        } catch (NoSuchAlgorithmException impossible) {
            throw new AssertionError("every JDK has SHA-256", impossible);
        }
    }

    /** {@return the run, not its secret} */
    @Override
    public String toString() {
        return "run " + runId + ", attempt " + attempt;
    }
}
