package dev.lockstep.optim;

import dev.lockstep.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;

/** Checks options at an optimizer's door and hands them to its rules. */
final class Options {
    private Options() {}

    static void notNegative(String optimizer, String option, double value) {
        if (!(value >= 0)) {
            throw new IllegalArgumentException(
                    optimizer + ": " + option + " is " + value + ", it must not be negative");
        }
    }

    static void share(String optimizer, String option, double value) {
        if (!(value >= 0 && value < 1)) {
            throw new IllegalArgumentException(optimizer + ": " + option + " is " + value + ", it must be in [0, 1)");
        }
    }

    static <C> List<UpdateRule> rules(List<ParameterGroup<C>> groups, BiFunction<Tensor, C, UpdateRule> rule) {
        List<UpdateRule> rules = new ArrayList<>();
        for (ParameterGroup<C> group : groups) {
            for (Tensor parameter : group.parameters()) {
                rules.add(rule.apply(parameter, group.config()));
            }
        }
        return rules;
    }
}
