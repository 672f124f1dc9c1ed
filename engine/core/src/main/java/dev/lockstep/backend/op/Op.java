package dev.lockstep.backend.op;

import java.util.Locale;

/**
 * One primitive operation. {@code Backend.execute(op, inputs)} gives the outputs that each record's doc lists. The
 * groups are sealed, so a switch without default names what is missing when an op is added; {@link CustomOp} is the
 * door for users.
 */
public sealed interface Op
        permits Creation,
                Pointwise,
                Reduction,
                Shaping,
                Contraction,
                Convolution,
                Normalization,
                Recurrence,
                Indexing,
                Sampling,
                Loss,
                Update,
                Fused,
                CustomOp {

    /** {@return the op's name as errors and profiles print it, such as {@code matmul}} */
    default String label() {
        String name = getClass().getSimpleName();
        return Character.toLowerCase(name.charAt(0)) + name.substring(1);
    }

    /** {@return a constant's name in camel case, such as {@code geluTanh}} */
    static String camelCase(Enum<?> kind) {
        var name = new StringBuilder();
        for (String word : kind.name().toLowerCase(Locale.ROOT).split("_", -1)) {
            name.append(name.isEmpty() ? word : Character.toUpperCase(word.charAt(0)) + word.substring(1));
        }
        return name.toString();
    }
}
