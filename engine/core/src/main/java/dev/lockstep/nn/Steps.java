package dev.lockstep.nn;

import dev.lockstep.tensor.Tensor;
import dev.lockstep.tensor.Tensors;
import java.util.ArrayList;
import java.util.List;

/**
 * How the rows of a batch of sequences follow one another: step after step, in runs of steps that have equally many
 * rows. Sequences of one length are one run; of a packed batch those that have ended are absent from later runs.
 */
record Steps(List<Run> runs, boolean isPacked) {

    /** Steps with equally many rows, from a row of the batch on. */
    record Run(long first, long count, long rows) {}

    /** What a scan over some steps gave: an output a row, and the state after the last step. */
    record Walked(Tensor out, List<Tensor> state) {}

    /** Walks over steps that all have n rows. */
    @FunctionalInterface
    interface Scan {
        /** Takes what the input contributes to the gates [T, n, gates] and states [n, hidden]; gives [T, n, hidden]. */
        Walked over(Tensor gates, List<Tensor> state);
    }

    /** Reads the steps off a recurrent network's input. */
    static Steps of(String layer, RecurrentConfig config, Tensor x, List<Long> batchSizes) {
        boolean isPacked = !batchSizes.isEmpty();
        int time = config.batchFirst() ? 1 : 0;
        boolean fits = x.rank() == (isPacked ? 2 : 3) && x.size(-1) == config.inputSize();
        if (!fits || (!isPacked && x.size(time) == 0)) {
            String wanted = isPacked ? "packed rows [R, " : config.batchFirst() ? "[N, T, " : "[T, N, ";
            throw new IllegalArgumentException(layer + ": x must be " + wanted + config.inputSize() + "]"
                    + (isPacked ? "" : " with T at least 1") + ", got " + x.shape());
        }
        return isPacked
                ? new Steps(runs(batchSizes), true)
                : new Steps(List.of(new Run(0, x.size(time), x.size(1 - time))), false);
    }

    private static List<Run> runs(List<Long> batchSizes) {
        List<Run> runs = new ArrayList<>();
        long first = 0;
        int begin = 0;
        for (int t = 1; t <= batchSizes.size(); t++) {
            long rows = batchSizes.get(begin);
            if (t == batchSizes.size() || batchSizes.get(t) != rows) {
                runs.add(new Run(first, t - begin, rows));
                first += (t - begin) * rows;
                begin = t;
            }
        }
        return runs;
    }

    /** {@return how many sequences there are} */
    long sequences() {
        return runs.getFirst().rows();
    }

    /** Sees sequences as rows [R, ...] in the order of the steps. */
    Tensor rows(Tensor x, boolean batchFirst) {
        return isPacked ? x : (batchFirst ? x.transpose(0, 1) : x).flatten(0, 1);
    }

    /** Sees rows as the sequences that they were. */
    Tensor sequences(Tensor rows, boolean batchFirst) {
        if (isPacked) {
            return rows;
        }
        Run all = runs.getFirst();
        Tensor out = rows.reshape(all.count(), all.rows(), rows.size(-1));
        return batchFirst ? out.transpose(0, 1) : out;
    }

    /** Walks from the first step to the last. Sequences that end on the way keep the state that they had. */
    Walked forward(Tensor gates, List<Tensor> start, Scan scan) {
        List<Tensor> outputs = new ArrayList<>();
        List<List<Tensor>> ended = new ArrayList<>();
        List<Tensor> state = start;
        for (Run run : runs) {
            ended.add(rest(state, run.rows()));
            Walked walked = scan.over(part(gates, run), head(state, run.rows()));
            outputs.add(walked.out().flatten(0, 1));
            state = walked.state();
        }
        for (List<Tensor> rows : ended.subList(1, ended.size()).reversed()) {
            state = joined(state, rows);
        }
        return new Walked(joined(outputs), state);
    }

    /** Walks from the last step to the first. Sequences that are shorter start on the way. */
    Walked backward(Tensor gates, List<Tensor> start, Scan scan) {
        List<Tensor> outputs = new ArrayList<>();
        List<Tensor> state = head(start, 0);
        for (Run run : runs.reversed()) {
            long present = state.getFirst().size(0);
            List<Tensor> entering = rest(head(start, run.rows()), present);
            state = present == 0 ? entering : joined(state, entering);
            Walked walked = scan.over(part(gates, run).flip(0), state);
            outputs.add(walked.out().flip(0).flatten(0, 1));
            state = walked.state();
        }
        return new Walked(joined(outputs.reversed()), state);
    }

    private static Tensor part(Tensor gates, Run run) {
        long rows = run.count() * run.rows();
        Tensor part = rows == gates.size(0) ? gates : gates.narrow(0, run.first(), rows);
        return part.reshape(run.count(), run.rows(), gates.size(1));
    }

    private static List<Tensor> head(List<Tensor> state, long rows) {
        return state.stream()
                .map(part -> part.size(0) == rows ? part : part.narrow(0, 0, rows))
                .toList();
    }

    private static List<Tensor> rest(List<Tensor> state, long rows) {
        return state.stream()
                .map(part -> part.narrow(0, rows, part.size(0) - rows))
                .toList();
    }

    private static List<Tensor> joined(List<Tensor> state, List<Tensor> rows) {
        List<Tensor> all = new ArrayList<>();
        for (int i = 0; i < state.size(); i++) {
            all.add(joined(List.of(state.get(i), rows.get(i))));
        }
        return all;
    }

    private static Tensor joined(List<Tensor> parts) {
        return parts.size() == 1 ? parts.getFirst() : Tensors.cat(parts, 0);
    }
}
