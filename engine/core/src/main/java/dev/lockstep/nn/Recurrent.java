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
     */
    public record Input(Tensor x, Optional<Tensor> start) {}

    /**
     * What it gives.
     *
     * @param out the last layer's state at each step, [T, N, directions hidden], or [N, T, ...] with {@code batchFirst}
     * @param end the state after the last step, [layers directions, N, hidden]
     */
    public record Output(Tensor out, Tensor end) {}

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

    @Override
    public final Output forward(Input input) {
        Tensor x = config.batchFirst() ? input.x().transpose(0, 1) : input.x(); // [T, N, in]
        if (x.rank() != 3 || x.size(2) != config.inputSize() || x.size(0) == 0) {
            throw new IllegalArgumentException(typeName() + ": expected a sequence of at least one step of "
                    + config.inputSize() + " numbers, got " + input.x().shape());
        }
        List<Tensor> ends = new ArrayList<>();
        Tensor out = x;
        for (int k = 0; k < config.layers(); k++) {
            out = layer(k, k > 0 && isTraining() ? out.dropout(config.dropout()) : out, input.start(), ends);
        }
        return new Output(config.batchFirst() ? out.transpose(0, 1) : out, Tensors.stack(ends, 0));
    }

    private Tensor layer(int k, Tensor x, Optional<Tensor> start, List<Tensor> ends) {
        Tensor[] both = new Tensor[config.directions()];
        for (int d = 0; d < both.length; d++) {
            int place = k * both.length + d;
            Tensor h = start.map(all -> all.select(0, place))
                    .orElseGet(() -> Tensors.zeros(x.dtype(), x.size(1), config.hiddenSize()));
            List<Tensor> states = scan(weights.get(place), d == 0 ? x : x.flip(0), h);
            ends.add(states.getLast());
            both[d] = Tensors.stack(d == 0 ? states : states.reversed(), 0);
        }
        return both.length == 1 ? both[0] : Tensors.cat(2, both);
    }

    private List<Tensor> scan(Weights w, Tensor x, Tensor start) {
        Tensor projected = x.linear(w.input(), w.inputBias()); // [T, N, gates hidden]
        List<Tensor> states = new ArrayList<>();
        Tensor h = start;
        for (long t = 0; t < x.size(0); t++) {
            h = step(projected.select(0, t), h.linear(w.hidden(), w.hiddenBias()), h);
            states.add(h);
        }
        return states;
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
