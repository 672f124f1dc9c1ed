package dev.lockstep.launcher.bench;

import dev.lockstep.train.CommHook;
import dev.lockstep.train.PowerSgd;
import java.util.Optional;

/** The hooks of {@code --compression} by their names. */
public final class Compression {
    /** What is said of the names to people. */
    public static final String NAMES = "none, bf16, fp16, or powersgd or powersgd:RANK";

    private static final String POWER_SGD = "powersgd:";

    private Compression() {}

    /** {@return the hook of that name, if there is one} */
    public static Optional<CommHook> named(String name) {
        return switch (name) {
            case "none" -> Optional.of(CommHook.allReduce());
            case "bf16" -> Optional.of(CommHook.bf16Compress());
            case "fp16" -> Optional.of(CommHook.fp16Compress());
            case "powersgd" -> Optional.of(powerSgd(1));
            default -> ranked(name);
        };
    }

    private static Optional<CommHook> ranked(String name) {
        return name.matches(POWER_SGD + "[1-9][0-9]{0,3}")
                ? Optional.of(powerSgd(Integer.parseInt(name.substring(POWER_SGD.length()))))
                : Optional.empty();
    }

    /** From the first step on: what a bench measures. */
    private static CommHook powerSgd(int rank) {
        return CommHook.powerSgd(o -> o.matrixApproximationRank(rank).startPowerSgdIter(0));
    }

    /** {@return the name of a hook} */
    static String name(CommHook hook) {
        return switch (hook) {
            case CommHook.AllReduce _ -> "none";
            case CommHook.Bf16Compress _ -> "bf16";
            case CommHook.Fp16Compress _ -> "fp16";
            case PowerSgd power -> POWER_SGD + power.matrixApproximationRank();
        };
    }
}
