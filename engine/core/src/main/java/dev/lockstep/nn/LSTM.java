package dev.lockstep.nn;

import dev.lockstep.layout.Shape;
import dev.lockstep.module.Module;
import dev.lockstep.tensor.Autocast;
import dev.lockstep.tensor.Tensor;
import dev.lockstep.tensor.Tensors;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Long short-term memory (Hochreiter and Schmidhuber 1997) over whole sequences, as torch's: {@code i, f, o =
 * sigmoid(..), g = tanh(..)} of {@code W_ih x + b_ih + W_hh h + b_hh}, {@code c = f c + i g}, {@code h = o tanh(c)}.
 * Sequences are [T, N, in], or [N, T, in] with {@code batchFirst}.
 *
 * <p>State of layer k, drawn from U(-1/sqrt(hidden), 1/sqrt(hidden)): {@code weight_ih_lk} [4 hidden, in],
 * {@code weight_hh_lk} [4 hidden, hidden], {@code bias_ih_lk} and {@code bias_hh_lk} [4 hidden], gates in the order i f
 * g o.
 */
public final class LSTM extends Module<LSTM.Input, LSTM.Output> {
    private static final int GATES = 4;

    private final RecurrentConfig config;
    private final List<Cell> cells = new ArrayList<>();

    /**
     * Where a sequence starts or ends.
     *
     * @param h the outputs, [layers directions, N, hidden]
     * @param c the cells, [layers directions, N, hidden]
     */
    public record State(Tensor h, Tensor c) {}

    /**
     * What it takes.
     *
     * @param x the sequence
     * @param start the state before it; zeros if absent
     * @param batchSizes of packed sequences, x being their rows; empty for padded ones
     */
    public record Input(Tensor x, Optional<State> start, List<Long> batchSizes) {
        /** Copies the sizes. */
        public Input {
            batchSizes = List.copyOf(batchSizes);
        }

        /** Takes padded sequences. */
        public Input(Tensor x, Optional<State> start) {
            this(x, start, List.of());
        }
    }

    /**
     * What it gives.
     *
     * @param out h of the last layer at each step, [T, N, directions hidden], or [N, T, ...] with {@code batchFirst}
     * @param end the state after the last step
     */
    public record Output(Tensor out, State end) {}

    /**
     * What it gives for packed sequences.
     *
     * @param out h of the last layer at each step
     * @param end the state after each sequence's last step, in the order of the batch
     */
    public record PackedOutput(PackedSequence out, State end) {}

    private record Cell(
            Tensor inputWeight,
            Tensor hiddenWeight,
            @Nullable Tensor inputBias,
            @Nullable Tensor hiddenBias) {}

    /** Makes one layer that takes [T, N, in]. */
    public LSTM(int inputSize, int hiddenSize) {
        this(inputSize, hiddenSize, UnaryOperator.identity());
    }

    /** Makes a layer with options. */
    public LSTM(int inputSize, int hiddenSize, UnaryOperator<RecurrentConfig> options) {
        this.config = options.apply(new RecurrentConfig(inputSize, hiddenSize, 1, true, false, 0, false));
        long stacked = (long) GATES * config.hiddenSize();
        for (int k = 0; k < config.layers(); k++) {
            long in = k == 0 ? config.inputSize() : (long) config.directions() * config.hiddenSize();
            for (int d = 0; d < config.directions(); d++) {
                String suffix = "_l" + k + (d == 0 ? "" : "_reverse");
                cells.add(new Cell(
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
    public RecurrentConfig config() {
        return config;
    }

    /** Runs over a sequence from zeros. */
    public Output call(Tensor x) {
        return call(new Input(x, Optional.empty()));
    }

    /** Runs over packed sequences from zeros. */
    public PackedOutput call(PackedSequence x) {
        return call(x, Optional.empty());
    }

    /** Runs over packed sequences from a state in the order of the batch. */
    public PackedOutput call(PackedSequence x, Optional<State> start) {
        Optional<State> sorted = start.map(state -> new State(x.sorted(state.h()), x.sorted(state.c())));
        Output output = call(new Input(x.data(), sorted, x.batchSizes()));
        State end = output.end();
        return new PackedOutput(x.with(output.out()), new State(x.unsorted(end.h()), x.unsorted(end.c())));
    }

    @Override
    public Output forward(Input input) {
        Steps steps = Steps.of(typeName(), config, input.x(), input.batchSizes());
        Tensor out = steps.rows(input.x(), config.batchFirst()); // [R, in]
        List<Tensor> lastH = new ArrayList<>();
        List<Tensor> lastC = new ArrayList<>();
        for (int k = 0; k < config.layers(); k++) {
            Tensor seen = k > 0 && isTraining() ? out.dropout(config.dropout()) : out;
            Tensor[] both = new Tensor[config.directions()];
            for (int d = 0; d < both.length; d++) {
                int place = k * both.length + d;
                Steps.Walked walked = direction(steps, seen, place, start(input, place, steps));
                lastH.add(walked.state().get(0));
                lastC.add(walked.state().get(1));
                both[d] = walked.out();
            }
            out = both.length == 1 ? both[0] : Tensors.cat(1, both);
        }
        State end = new State(Tensors.stack(lastH, 0), Tensors.stack(lastC, 0));
        return new Output(steps.sequences(out, config.batchFirst()), end);
    }

    private List<Tensor> start(Input input, int layer, Steps steps) {
        if (input.start().isEmpty()) {
            Tensor zeros = Tensors.zeros(input.x().dtype(), steps.sequences(), config.hiddenSize());
            return List.of(zeros, zeros);
        }
        State start = input.start().get();
        Shape wanted = Shape.of((long) config.layers() * config.directions(), steps.sequences(), config.hiddenSize());
        if (!start.h().shape().equals(wanted) || !start.c().shape().equals(wanted)) {
            throw new IllegalArgumentException("LSTM: h and c must be " + wanted + ", got "
                    + start.h().shape() + " and " + start.c().shape());
        }
        return List.of(start.h().select(0, layer), start.c().select(0, layer));
    }

    private Steps.Walked direction(Steps steps, Tensor rows, int place, List<Tensor> start) {
        Cell cell = cells.get(place);
        Tensor gates = rows.contiguous().linear(cell.inputWeight(), cell.inputBias()); // [R, 4 hidden]
        boolean isForward = place % config.directions() == 0;
        Steps.Scan scan = (part, state) -> scan(cell, part, state);
        return isForward ? steps.forward(gates, start, scan) : steps.backward(gates, start, scan);
    }

    private Steps.Walked scan(Cell cell, Tensor gates, List<Tensor> start) {
        @Nullable Tensor hiddenBias = cell.hiddenBias();
        List<Tensor> outputs = Tensors.execute(
                new LstmScan(Autocast.factors(gates, cell.hiddenWeight())),
                gates.contiguous(), // [T, N, 4 hidden]
                start.get(0).contiguous(),
                start.get(1).contiguous(),
                cell.hiddenWeight(),
                hiddenBias == null ? Tensors.zeros(gates.dtype(), (long) GATES * config.hiddenSize()) : hiddenBias);
        Tensor hidden = outputs.get(0);
        return new Steps.Walked(hidden, List.of(hidden.select(0, hidden.size(0) - 1), outputs.get(1)));
    }

    @Override
    protected String description() {
        return config.inputSize() + ", " + config.hiddenSize()
                + (config.layers() > 1 ? ", num_layers=" + config.layers() : "")
                + (config.bias() ? "" : ", bias=False")
                + (config.batchFirst() ? ", batch_first=True" : "")
                + (config.dropout() > 0 ? ", dropout=" + config.dropout() : "")
                + (config.bidirectional() ? ", bidirectional=True" : "");
    }
}
