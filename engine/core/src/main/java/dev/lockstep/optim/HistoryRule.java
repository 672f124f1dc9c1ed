package dev.lockstep.optim;

import dev.lockstep.backend.op.Update;
import dev.lockstep.tensor.Tensor;
import dev.lockstep.tensor.Tensors;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;

/**
 * A rule whose state is a few tensors of the parameter's shape that start at zero, and the number of steps, which are
 * counted by parameter: an absent gradient does not count.
 */
final class HistoryRule implements UpdateRule {
    private static final String STEP = "step";

    private final Tensor parameter;
    private final double learningRate;
    private final List<String> names;
    private final Formula formula;
    private final List<Tensor> history = new ArrayList<>();
    private long steps;

    /** Gives the op of a step. */
    @FunctionalInterface
    interface Formula {
        /**
         * Makes the op, whose inputs are the parameter, the gradient and the history.
         *
         * @param rate the learning rate of this step
         * @param step its number, from 1
         */
        Update update(double rate, long step);
    }

    HistoryRule(Tensor parameter, double learningRate, List<String> names, Formula formula) {
        this.parameter = parameter;
        this.learningRate = learningRate;
        this.names = List.copyOf(names);
        this.formula = formula;
    }

    /** Makes Adam's rule; see {@link Update.Adam} for the formula. */
    static HistoryRule adam(Tensor parameter, AdamConfig c, boolean decoupled) {
        return new HistoryRule(
                parameter,
                c.lr(),
                List.of("exp_avg", "exp_avg_sq"),
                (rate, step) -> new Update.Adam(rate, c.beta1(), c.beta2(), c.eps(), c.weightDecay(), decoupled, step));
    }

    @Override
    public Tensor parameter() {
        return parameter;
    }

    @Override
    public double learningRate() {
        return learningRate;
    }

    @Override
    public ElementwiseUpdate update(Tensor gradient, double rate) {
        while (history.size() < names.size()) {
            history.add(RuleState.zeros(parameter));
        }
        steps++;
        List<Tensor> operands = new ArrayList<>(List.of(parameter, gradient));
        operands.addAll(history);
        return new ElementwiseUpdate(formula.update(rate, steps), operands);
    }

    @Override
    public SequencedMap<String, Tensor> state() {
        SequencedMap<String, Tensor> state = new LinkedHashMap<>();
        if (steps > 0) {
            state.put(STEP, Tensors.tensor(steps).squeeze());
            for (int i = 0; i < names.size(); i++) {
                state.put(names.get(i), history.get(i));
            }
        }
        return state;
    }

    @Override
    public void restore(Map<String, Tensor> state) {
        Set<String> expected = new HashSet<>(names);
        expected.add(STEP);
        RuleState.checkNames(state, expected);
        List<Tensor> restored = new ArrayList<>();
        for (String name : names) {
            restored.add(RuleState.copy(state, name, parameter));
        }
        steps = RuleState.get(state, STEP).itemLong();
        history.clear();
        history.addAll(restored);
    }
}
