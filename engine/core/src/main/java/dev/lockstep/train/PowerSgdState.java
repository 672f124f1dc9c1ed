package dev.lockstep.train;

import dev.lockstep.backend.Value;
import dev.lockstep.layout.VirtualRanks;
import dev.lockstep.module.StateDict;
import dev.lockstep.tensor.RandomSource;
import dev.lockstep.tensor.StepRandom;
import dev.lockstep.tensor.Tensor;
import dev.lockstep.tensor.Tensors;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.IntPredicate;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * What PowerSGD keeps from step to step: Q of each gradient, which all workers share, and what each virtual rank left
 * out. Inputs and states may be read from any thread; the rest is confined to the trainer's.
 */
final class PowerSgdState implements RankStates, AutoCloseable {
    private static final String RIGHT = "powersgd.q.";
    private static final String LEFT_OUT = "powersgd.error.";

    private final PowerSgd options;
    private final StateIndex index;
    private final Map<String, Value> rights = new LinkedHashMap<>();
    private final NavigableMap<Integer, NodeSum> leftOut = new ConcurrentSkipListMap<>();
    private final NavigableMap<Integer, NodeSum> inputs = new ConcurrentSkipListMap<>();
    private boolean sharing;

    PowerSgdState(PowerSgd options, StateIndex index) {
        this.options = options;
        this.index = index;
    }

    PowerSgd options() {
        return options;
    }

    StateIndex index() {
        return index;
    }

    /** {@return the Q that a step begins with, not orthonormal yet} In the caller's scope. */
    Tensor right(FactoredGradient gradient, long step) {
        Value last = rights.get(gradient.name());
        if (last != null) {
            return Tensor.wrap(last.alias());
        }
        try (var _ = RandomSource.install(new StepRandom(options.randomSeed(), step, gradient.gradient()))) {
            return Tensors.randn(gradient.columns(), gradient.rank());
        }
    }

    /** Remembers the summed Q for the next step. */
    void advance(FactoredGradient gradient, Value right) {
        if (options.warmStart()) {
            replace(gradient.name(), right.alias());
        }
    }

    private void replace(String name, Value right) {
        Value before = rights.put(name, right);
        if (before != null) {
            before.close();
        }
    }

    /**
     * {@return what a virtual rank left out of a gradient, if it has ever left out any}
     *
     * @throws IllegalStateException if it did on a worker that was lost
     */
    Optional<Value> leftOut(int virtualRank, FactoredGradient gradient) {
        NodeSum state = leftOut.get(virtualRank);
        if (state == null && !leftOut.isEmpty()) {
            throw new IllegalStateException("PowerSGD: what virtual rank " + virtualRank
                    + " left out of its gradients was lost with its worker: resume from a checkpoint"
                    + ", or keep it on two workers with PowerSgd.errorReplicas(true)");
        }
        return Optional.ofNullable(state == null ? null : state.tensor(gradient.matrix()));
    }

    /** {@return the matrices that a virtual rank compresses in this step, if they are here} */
    Optional<NodeSum> input(int virtualRank) {
        return Optional.ofNullable(inputs.get(virtualRank));
    }

    /** {@return the virtual ranks whose matrices of this step are here, in order} */
    List<Integer> inputRanks() {
        return List.copyOf(inputs.keySet());
    }

    /** Says that from now on the inputs must be on two workers before a sum is held. */
    void share() {
        sharing = true;
    }

    /** Ends a step, made or not. */
    void endStep() {
        sharing = false;
        inputs.values().forEach(NodeSum::close);
        inputs.clear();
    }

    @Override
    public List<NodeSum> states() {
        return List.copyOf(leftOut.values());
    }

    @Override
    public void putState(NodeSum state) {
        close(leftOut.put(state.node().from(), state));
    }

    @Override
    public void retain(IntPredicate wanted) {
        retain(leftOut, wanted);
        retain(inputs, wanted);
    }

    private static void retain(NavigableMap<Integer, NodeSum> sums, IntPredicate wanted) {
        for (int virtualRank : List.copyOf(sums.keySet())) {
            if (!wanted.test(virtualRank)) {
                close(sums.remove(virtualRank));
            }
        }
    }

    @Override
    public List<NodeSum> inputs(VirtualRanks range) {
        return sharing
                ? List.copyOf(
                        inputs.subMap(range.from(), true, range.to(), false).values())
                : List.of();
    }

    @Override
    public void putInput(NodeSum input) {
        close(inputs.put(input.node().from(), input));
    }

    private static void close(@Nullable NodeSum sum) {
        if (sum != null) {
            sum.close();
        }
    }

    /** {@return copies of Q ({@code powersgd.q.NAME}) and of what each virtual rank at hand left out} */
    StateDict save() {
        SequencedMap<String, Tensor> all = saveShared();
        leftOut.forEach((virtualRank, state) -> all.putAll(save(virtualRank, state, FactoredGradient::matrix)));
        return new StateDict(all);
    }

    /** {@return copies of what all workers have alike: Q, by key} */
    SequencedMap<String, Tensor> saveShared() {
        SequencedMap<String, Tensor> all = new LinkedHashMap<>();
        rights.forEach((name, value) -> all.put(RIGHT + name, copy(value)));
        return all;
    }

    /** {@return whether any virtual rank may have left out something; the same on every worker} */
    boolean hasLeftOut(long steps) {
        return options.useErrorFeedback() && steps > options.startPowerSgdIter();
    }

    /**
     * {@return what a virtual rank gives to a sum over all that brings what one of them left out to every worker: that
     * in place of its gradients if it is the one, else nothing} A sum of one is that one, bit by bit.
     */
    NodeSum given(VirtualRanks node, int source) {
        List<@Nullable Value> tensors = index.absent();
        NodeSum state = leftOut.get(source);
        if (node.from() == source && state != null) {
            for (FactoredGradient gradient : index.factored()) {
                Value value = state.tensor(gradient.matrix());
                tensors.set(gradient.gradient(), value == null ? null : value.alias());
            }
        }
        return new NodeSum(node, tensors, StepScalars.of(Map.of()));
    }

    /** {@return copies of what a virtual rank left out, by key, from the sum of what was {@link #given}} */
    SequencedMap<String, Tensor> saveLeftOut(int virtualRank, NodeSum sum) {
        return save(virtualRank, sum, FactoredGradient::gradient);
    }

    private SequencedMap<String, Tensor> save(int virtualRank, NodeSum state, ToIntFunction<FactoredGradient> place) {
        SequencedMap<String, Tensor> saved = new LinkedHashMap<>();
        for (FactoredGradient gradient : index.factored()) {
            Value value = state.tensor(place.applyAsInt(gradient));
            if (value != null) {
                Tensor matrix = copy(value).reshape(gradient.rows(), gradient.columns());
                saved.put(LEFT_OUT + virtualRank + "." + gradient.name(), matrix);
            }
        }
        return saved;
    }

    private static Tensor copy(Value value) {
        return Tensor.wrap(value.alias()).clone();
    }

    /** Takes over copies of what {@link #save} gave, of as many virtual ranks as there are. */
    void load(StateDict saved, int virtualRanks) {
        Map<String, Tensor> rest = new LinkedHashMap<>(saved.tensors());
        for (FactoredGradient gradient : index.factored()) {
            Tensor right = rest.remove(RIGHT + gradient.name());
            if (right != null) {
                replace(gradient.name(), owned(right, gradient.columns(), gradient.rank()));
            }
        }
        for (int v = 0; v < virtualRanks; v++) {
            loadLeftOut(v, rest);
        }
        if (!rest.isEmpty()) {
            throw new IllegalArgumentException("PowerSGD: unexpected keys in its state: " + rest.keySet());
        }
    }

    private void loadLeftOut(int virtualRank, Map<String, Tensor> rest) {
        List<@Nullable Value> tensors = index.absent();
        boolean any = false;
        for (FactoredGradient gradient : index.factored()) {
            Tensor matrix = rest.remove(LEFT_OUT + virtualRank + "." + gradient.name());
            if (matrix != null) {
                tensors.set(gradient.matrix(), owned(matrix, gradient.rows(), gradient.columns()));
                any = true;
            }
        }
        if (any) {
            putState(new NodeSum(new VirtualRanks(virtualRank, virtualRank + 1), new ArrayList<>(tensors), null));
        }
    }

    private static Value owned(Tensor saved, long rows, long columns) {
        return Leaves.own(saved.reshape(rows, columns).clone());
    }

    @Override
    public void close() {
        endStep();
        rights.values().forEach(Value::close);
        rights.clear();
        retain(_ -> false);
    }
}
