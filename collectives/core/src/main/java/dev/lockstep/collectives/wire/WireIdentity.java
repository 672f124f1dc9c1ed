package dev.lockstep.collectives.wire;

import java.nio.charset.StandardCharsets;
import java.security.InvalidKeyException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Who a worker is on the wire: its job, its attempt, and the secret that proves it. Immutable; never prints the secret.
 */
public final class WireIdentity {
    /** The length of a job's number. */
    public static final int JOB_BYTES = 16;

    /** The length of a proof. */
    public static final int PROOF_BYTES = 32;

    private final byte[] job;
    private final int attempt;
    private final SecretKeySpec key;

    /**
     * Makes an identity.
     *
     * @param runId the run's id, any text
     * @param attempt the attempt's number
     * @param token the job's secret, at least one byte; proved to peers by HMAC, never sent
     */
    public WireIdentity(String runId, int attempt, byte[] token) {
        this.job = Arrays.copyOf(sha256(runId), JOB_BYTES);
        this.attempt = attempt;
        this.key = new SecretKeySpec(token, "HmacSHA256");
    }

    private static byte[] sha256(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException absent) {
            throw new AssertionError("every JDK has SHA-256", absent);
        }
    }

    /** {@return the job's 128 bits} */
    public byte[] job() {
        return job.clone();
    }

    /** {@return the attempt's number} */
    public int attempt() {
        return attempt;
    }

    /** {@return HMAC-SHA256 under the token over a role's name and the parts of the handshake} */
    public byte[] proof(String role, byte[]... parts) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(key);
            mac.update(role.getBytes(StandardCharsets.US_ASCII));
            for (byte[] part : parts) {
                mac.update(part);
            }
            return mac.doFinal();
        } catch (NoSuchAlgorithmException | InvalidKeyException absent) {
            throw new AssertionError("every JDK has HmacSHA256", absent);
        }
    }
}
