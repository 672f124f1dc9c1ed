package dev.lockstep.nn;

import dev.lockstep.layout.Shape;
import dev.lockstep.module.Module;
import dev.lockstep.tensor.Tensor;
import dev.lockstep.tensor.Tensors;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A network that carries one state over sequences [T, N, in], or [N, T, in] with {@code batchFirst}: layers on one
 * another, each in one direction or in both.
 *
 * <p>State of layer k, drawn from U(-1/sqrt(hidden), 1/sqrt(hidden)): {@code weight_ih_lk} [gates hidden, in],
 * {@code weight_hh_lk} [gates hidden, hidden], {@code bias_ih_lk} and {@code bias_hh_lk} [gates hidden]; those that run
 * backwards end in {@code _reverse}.
 */
public abstract sealed class Recurrent extends Module<Recurrent.Input, Recurrent.Output> permits RNN, GRU {
    private final RecurrentConfig config;
    private final List<Weights> weights = new ArrayList<>();

    /**
     * What it takes.
     *
     * @param x the sequence
     * @param start the state before it, [layers directions, N, hidden]; zeros if absent
     * @param batchSizes of packed sequences, x being their rows; empty for padded ones
     */
    public record Input(Tensor x, Optional<Tensor> start, List<Long> batchSizes) {
        /** Copies the sizes. */
        public Input {
            batchSizes = List.copyOf(batchSizes);
        }

        /** Takes padded sequences. */
        public Input(Tensor x, Optional<Tensor> start) {
            this(x, start, List.of());
        }
    }

    /**
     * What it gives.
     *
     * @param out the last layer's state at each step, [T, N, directions hidden], or [N, T, ...] with {@code batchFirst}
     * @param end the state after the last step, [layers directions, N, hidden]
     */
    public record Output(Tensor out, Tensor end) {}

    /**
     * What it gives for packed sequences.
     *
     * @param out the last layer's state at each step
     * @param end the state after each sequence's last step, [layers directions, N, hidden], in the order of the batch
     */
    public record PackedOutput(PackedSequence out, Tensor end) {}

    /** The weights of one layer in one direction. */
    record Weights(
            Tensor input,
            Tensor hidden,
            @Nullable Tensor inputBias,
            @Nullable Tensor hiddenBias) {}

    Recurrent(RecurrentConfig config, int gates) {
        this.config = config;
        long stacked = (long) gates * config.hiddenSize();
        for (int k = 0; k < config.layers(); k++) {
            long in = k == 0 ? config.inputSize() : (long) config.directions() * config.hiddenSize();
            for (int d = 0; d < config.directions(); d++) {
                String suffix = "_l" + k + (d == 0 ? "" : "_reverse");
                weights.add(new Weights(
                        parameter("weight_ih" + suffix, stacked, in),
                        parameter("weight_hh" + suffix, stacked, config.hiddenSize()),
                        config.bias() ? parameter("bias_ih" + suffix, stacked) : null,
                        config.bias() ? parameter("bias_hh" + suffix, stacked) : null));
            }
        }
    }

    private Tensor parameter(String name, long... sizes) {
        double bound = 1 / StrictMath.sqrt(config.hiddenSize());
        return param(name, Init.uniform_(Init.empty(Shape.of(sizes)), -bound, bound));
    }

    /** {@return the options} */
    public final RecurrentConfig config() {
        return config;
    }

    /** Runs over a sequence from zeros. */
    public final Output call(Tensor x) {
        return call(new Input(x, Optional.empty()));
    }

    /** Runs over packed sequences from zeros. */
    public final PackedOutput call(PackedSequence x) {
        return call(x, Optional.empty());
    }

    /** Runs over packed sequences from a state [layers directions, N, hidden] in the order of the batch. */
    public final PackedOutput call(PackedSequence x, Optional<Tensor> start) {
        Output output = call(new Input(x.data(), start.map(x::sorted), x.batchSizes()));
        return new PackedOutput(x.with(output.out()), x.unsorted(output.end()));
    }

    @Override
    public final Output forward(Input input) {
        Steps steps = Steps.of(typeName(), config, input.x(), input.batchSizes());
        List<Tensor> ends = new ArrayList<>();
        Tensor out = steps.rows(input.x(), config.batchFirst()); // [R, in]
        for (int k = 0; k < config.layers(); k++) {
            Tensor seen = k > 0 && isTraining() ? out.dropout(config.dropout()) : out;
            Tensor[] both = new Tensor[config.directions()];
            for (int d = 0; d < both.length; d++) {
                int place = k * both.length + d;
                Steps.Walked walked = direction(steps, seen, place, start(input, place, steps));
                ends.addAll(walked.state());
                both[d] = walked.out();
            }
            out = both.length == 1 ? both[0] : Tensors.cat(1, both);
        }
        return new Output(steps.sequences(out, config.batchFirst()), Tensors.stack(ends, 0));
    }

    private Tensor start(Input input, int place, Steps steps) {
        Shape wanted = Shape.of((long) config.layers() * config.directions(), steps.sequences(), config.hiddenSize());
        if (input.start().isEmpty()) {
            return Tensors.zeros(input.x().dtype(), steps.sequences(), config.hiddenSize());
        }
        Tensor start = input.start().get();
        if (!start.shape().equals(wanted)) {
            throw new IllegalArgumentException(
                    typeName() + ": the state before must be " + wanted + ", got " + start.shape());
        }
        return start.select(0, place);
    }

    private Steps.Walked direction(Steps steps, Tensor rows, int place, Tensor start) {
        Weights w = weights.get(place);
        Tensor gates = rows.linear(w.input(), w.inputBias()); // [R, gates hidden]
        boolean isForward = place % config.directions() == 0;
        Steps.Scan scan = (part, state) -> scan(w, part, state.getFirst());
        return isForward ? steps.forward(gates, List.of(start), scan) : steps.backward(gates, List.of(start), scan);
    }

    private Steps.Walked scan(Weights w, Tensor gates, Tensor start) {
        List<Tensor> states = new ArrayList<>();
        Tensor h = start;
        for (long t = 0; t < gates.size(0); t++) {
            h = step(gates.select(0, t), h.linear(w.hidden(), w.hiddenBias()), h);
            states.add(h);
        }
        return new Steps.Walked(Tensors.stack(states, 0), List.of(h));
    }

    /**
     * Computes the next state [N, hidden].
     *
     * @param input the input's share of the gates, [N, gates hidden]
     * @param hidden the state's share of the gates
     * @param state the state before
     */
    abstract Tensor step(Tensor input, Tensor hidden, Tensor state);

    @Override
    protected final String description() {
        return config.inputSize() + ", " + config.hiddenSize()
                + (config.layers() > 1 ? ", num_layers=" + config.layers() : "")
                + (config.bias() ? "" : ", bias=False")
                + (config.batchFirst() ? ", batch_first=True" : "")
                + (config.dropout() > 0 ? ", dropout=" + config.dropout() : "")
                + (config.bidirectional() ? ", bidirectional=True" : "");
    }
}
