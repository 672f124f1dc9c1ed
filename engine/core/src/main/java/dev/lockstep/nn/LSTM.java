package dev.lockstep.nn;

import dev.lockstep.layout.Shape;
import dev.lockstep.module.Module;
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
     */
    public record Input(Tensor x, Optional<State> start) {}

    /**
     * What it gives.
     *
     * @param out h of the last layer at each step, [T, N, directions hidden], or [N, T, ...] with {@code batchFirst}
     * @param end the state after the last step
     */
    public record Output(Tensor out, State end) {}

    private record Cell(
            Tensor inputWeight,
            Tensor hiddenWeight,
            @Nullable Tensor inputBias,
            @Nullable Tensor hiddenBias) {}

    private record Scan(Tensor hidden, Tensor cell) {}

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

    @Override
    public Output forward(Input input) {
        Tensor x = config.batchFirst() ? input.x().transpose(0, 1) : input.x(); // [T, N, in]
        check(input.x(), x);
        Tensor out = x;
        List<Tensor> lastH = new ArrayList<>();
        List<Tensor> lastC = new ArrayList<>();
        for (int k = 0; k < config.layers(); k++) {
            Tensor seen = k > 0 && isTraining() ? out.dropout(config.dropout()) : out;
            Tensor[] both = new Tensor[config.directions()];
            for (int d = 0; d < both.length; d++) {
                int place = k * both.length + d;
                Scan scan = scan(cells.get(place), d == 0 ? seen : seen.flip(0), start(input, place, x));
                lastH.add(scan.hidden().select(0, x.size(0) - 1));
                lastC.add(scan.cell());
                both[d] = d == 0 ? scan.hidden() : scan.hidden().flip(0);
            }
            out = both.length == 1 ? both[0] : Tensors.cat(2, both);
        }
        State end = new State(Tensors.stack(lastH, 0), Tensors.stack(lastC, 0));
        return new Output(config.batchFirst() ? out.transpose(0, 1) : out, end);
    }

    private void check(Tensor given, Tensor x) {
        if (given.rank() != 3 || x.size(-1) != config.inputSize() || x.size(0) == 0) {
            throw new IllegalArgumentException("LSTM: x must be " + (config.batchFirst() ? "[N, T, " : "[T, N, ")
                    + config.inputSize() + "] with T at least 1, got " + given.shape());
        }
    }

    private Scan start(Input input, int layer, Tensor x) {
        if (input.start().isEmpty()) {
            Tensor zeros = Tensors.zeros(x.dtype(), x.size(1), config.hiddenSize());
            return new Scan(zeros, zeros);
        }
        State start = input.start().get();
        Shape wanted = Shape.of((long) config.layers() * config.directions(), x.size(1), config.hiddenSize());
        if (!start.h().shape().equals(wanted) || !start.c().shape().equals(wanted)) {
            throw new IllegalArgumentException("LSTM: h and c must be " + wanted + ", got "
                    + start.h().shape() + " and " + start.c().shape());
        }
        return new Scan(start.h().select(0, layer), start.c().select(0, layer));
    }

    /** Projects the whole sequence at once and walks over time. */
    private Scan scan(Cell cell, Tensor x, Scan start) {
        @Nullable Tensor hiddenBias = cell.hiddenBias();
        List<Tensor> outputs = Tensors.execute(
                new LstmScan(),
                x.contiguous().linear(cell.inputWeight(), cell.inputBias()), // [T, N, 4 hidden]
                start.hidden().contiguous(),
                start.cell().contiguous(),
                cell.hiddenWeight(),
                hiddenBias == null ? Tensors.zeros(x.dtype(), (long) GATES * config.hiddenSize()) : hiddenBias);
        return new Scan(outputs.get(0), outputs.get(1));
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
