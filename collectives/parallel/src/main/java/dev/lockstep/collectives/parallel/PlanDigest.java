package dev.lockstep.collectives.parallel;

import dev.lockstep.train.ReductionPlan;
import dev.lockstep.train.TensorSpec;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Digests a plan, so that workers can tell that they reduce the same things. */
final class PlanDigest {
    private PlanDigest() {}

    /**
     * {@return SHA-256 over V and each tensor's name, shape, dtype and role, in order, in hexadecimal, and the
     * communication hook with its options in words, so that a difference can be read}
     */
    static String of(ReductionPlan plan) {
        StringBuilder text = new StringBuilder("virtual ranks ").append(plan.virtualRanks());
        for (TensorSpec spec : plan.tensors()) {
            text.append('\n').append(spec.name()).append('\0').append(spec.shape());
            text.append(spec.dtype()).append(spec.role());
        }
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            byte[] bytes = digest.digest(text.toString().getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(bytes) + " with hook " + plan.hook();
        } catch (NoSuchAlgorithmException absent) {
            throw new AssertionError("every JDK has SHA-256", absent);
        }
    }
}
