package dev.lockstep.optim;

import dev.lockstep.autograd.GradMode;
import dev.lockstep.module.StateDict;
import dev.lockstep.tensor.Gradients;
import dev.lockstep.tensor.Scope;
import dev.lockstep.tensor.Tensor;
import dev.lockstep.tensor.Tensors;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Changes parameters by their gradients: {@code optimizer.step(loss.backward())}. A parameter whose gradient is absent,
 * or that is frozen, is left alone: neither momentum nor weight decay touches it. Confined to one thread.
 */
public abstract class Optimizer {
    private static final AtomicReference<Optional<String>> REFUSAL = new AtomicReference<>(Optional.empty());
    private static final String STEPS = "steps";

    private final List<? extends UpdateRule> rules;
    private Schedule schedule = Schedule.constant();
    private long steps;

    /**
     * Makes an optimizer of one rule a parameter.
     *
     * @throws IllegalArgumentException if there is none, or two for one parameter
     */
    protected Optimizer(List<? extends UpdateRule> rules) {
        this.rules = List.copyOf(rules);
        if (rules.isEmpty()) {
            throw new IllegalArgumentException("optimizer: no parameters");
        }
        IdentityHashMap<Tensor, Integer> seen = new IdentityHashMap<>();
        for (int i = 0; i < rules.size(); i++) {
            Integer before = seen.put(rules.get(i).parameter(), i);
            if (before != null) {
                throw new IllegalArgumentException(
                        "optimizer: parameters " + before + " and " + i + " are the same tensor");
            }
        }
    }

    /**
     * Multiplies the learning rates by a schedule's factor from the next step on. Returns this. The schedule is asked
     * with the number of steps made so far, those before a {@link #load} included.
     */
    public final Optimizer schedule(Schedule newSchedule) {
        this.schedule = newSchedule;
        return this;
    }

    /**
     * Makes one step with the gradients of a loop written by hand.
     *
     * @throws IllegalStateException if such loops were refused, see {@link #refuseDirectSteps}
     */
    public final void step(Gradients gradients) {
        REFUSAL.get().ifPresent(reason -> {
            throw new IllegalStateException(reason);
        });
        apply(gradients, UpdateLoop.SEQUENTIAL);
    }

    /**
     * Makes one step with gradients that are already summed over all virtual ranks. For trainers; others call
     * {@link #step}.
     *
     * @param loop runs the update, whose bits do not depend on how
     */
    public final void apply(Gradients gradients, UpdateLoop loop) {
        double factor = schedule.factor(steps);
        try (var _ = GradMode.noGrad();
                var _ = Scope.open("optimizer step")) {
            List<Runnable> pieces = new ArrayList<>();
            for (UpdateRule rule : rules) {
                Tensor parameter = rule.parameter();
                if (parameter.requiresGrad()) {
                    gradients
                            .find(parameter)
                            .map(gradient -> rule.update(gradient.contiguous(), rule.learningRate() * factor))
                            .ifPresent(update -> pieces.addAll(update.pieces()));
                }
            }
            loop.run(pieces.size(), i -> pieces.get(i).run());
        }
        steps++;
    }

    /** Lets {@link #step} fail with a reason, in a process whose gradients are only a part of the job's. */
    public static void refuseDirectSteps(String reason) {
        REFUSAL.set(Optional.of(reason));
    }

    /** Takes {@link #refuseDirectSteps} back. */
    public static void allowDirectSteps() {
        REFUSAL.set(Optional.empty());
    }

    /** {@return how many steps were made} */
    public final long steps() {
        return steps;
    }

    /** {@return the learning rate that the next step uses for the first parameter} */
    public final double learningRate() {
        return rules.getFirst().learningRate() * schedule.factor(steps);
    }

    /** {@return the parameters, in order of groups} */
    public final List<Tensor> parameters() {
        return rules.stream().map(UpdateRule::parameter).toList();
    }

    /**
     * {@return what a run needs to go on: {@code steps}, and {@code state.INDEX.NAME} for each parameter that was
     * updated, by its index in {@link #parameters}} The state tensors are the optimizer's own; counters are new 0-dim
     * tensors.
     */
    public final StateDict stateDict() {
        SequencedMap<String, Tensor> all = new LinkedHashMap<>();
        all.put(STEPS, Tensors.tensor(steps).squeeze());
        for (int i = 0; i < rules.size(); i++) {
            String prefix = prefix(i);
            rules.get(i).state().forEach((name, tensor) -> all.put(prefix + name, tensor));
        }
        return new StateDict(all);
    }

    /**
     * Takes over copies of a state. The optimizer must have the same parameters in the same order, none of them updated
     * yet.
     *
     * @throws IllegalArgumentException naming the key, if one is unknown, missing or misshaped
     */
    public final void load(StateDict state) {
        Map<String, Tensor> left = new LinkedHashMap<>(state.tensors());
        Tensor saved = left.remove(STEPS);
        if (saved == null) {
            throw new IllegalArgumentException("optimizer: no key '" + STEPS + "' in the state dict");
        }
        List<Map<String, Tensor>> parts = new ArrayList<>();
        for (int i = 0; i < rules.size(); i++) {
            parts.add(take(left, prefix(i)));
        }
        if (!left.isEmpty()) {
            throw new IllegalArgumentException("optimizer: unexpected keys in the state dict: " + left.keySet());
        }
        for (int i = 0; i < rules.size(); i++) {
            restore(rules.get(i), prefix(i), parts.get(i));
        }
        steps = saved.itemLong();
    }

    private static void restore(UpdateRule rule, String prefix, Map<String, Tensor> state) {
        if (state.isEmpty()) {
            return;
        }
        try (var _ = GradMode.noGrad()) {
            rule.restore(state);
        } catch (IllegalArgumentException wrong) {
            throw new IllegalArgumentException("optimizer: " + prefix + "*: " + wrong.getMessage(), wrong);
        }
    }

    private static Map<String, Tensor> take(Map<String, Tensor> from, String prefix) {
        Map<String, Tensor> taken = new LinkedHashMap<>();
        from.forEach((key, tensor) -> {
            if (key.startsWith(prefix)) {
                taken.put(key.substring(prefix.length()), tensor);
            }
        });
        taken.keySet().forEach(name -> from.remove(prefix + name));
        return taken;
    }

    private static String prefix(int index) {
        return "state." + index + ".";
    }
}
