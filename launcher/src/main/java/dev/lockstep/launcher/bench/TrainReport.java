package dev.lockstep.launcher.bench;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** What a run measured. Immutable. */
public final class TrainReport {
    private static final int LOSSES_SHOWN = 10;
    private static final int NEIGHBOURS = 10;
    private static final double STEADY = 1.25;

    private final TrainOptions options;
    private final double[] stepSeconds;
    private final double[] losses;
    private final Footprint process;
    private final Optional<StepProfile> profile;

    /**
     * What a process took.
     *
     * @param peakRssBytes the largest resident memory there was
     * @param secondsToFirstStep from the start of the process to the end of the first step
     */
    public record Footprint(long peakRssBytes, double secondsToFirstStep) {}

    /**
     * Makes a report.
     *
     * @param options what was run
     * @param stepSeconds how long each step took, from the gathering of its rows to its loss at hand
     * @param losses the loss of each step
     * @param process what the process took
     * @param profile where the time went, if that was asked for
     */
    public TrainReport(
            TrainOptions options,
            double[] stepSeconds,
            double[] losses,
            Footprint process,
            Optional<StepProfile> profile) {
        this.options = options;
        this.stepSeconds = stepSeconds.clone();
        this.losses = losses.clone();
        this.process = process;
        this.profile = profile;
    }

    /** {@return how long each step took, in seconds} */
    public double[] stepSeconds() {
        return stepSeconds.clone();
    }

    /** {@return the loss of each step} */
    public double[] losses() {
        return losses.clone();
    }

    /** {@return the median time of a step once the first tenth, and at least two steps, are over; in seconds} */
    public double medianStepSeconds() {
        return quantile(0.5);
    }

    /** {@return rows of the global batch by the median time of a step} */
    public double samplesPerSecond() {
        return options.globalBatch() / medianStepSeconds();
    }

    /** {@return how many steps of a run are not counted: a tenth, at least two, but never all} */
    static int warmUp(int steps) {
        return Math.min(steps - 1, Math.max(2, steps / 10));
    }

    /**
     * {@return how many steps it took until the steps were as fast as they stay} The first step whose neighbourhood, it
     * and the {@value #NEIGHBOURS} steps after it, has a median within a quarter of the median of the second half.
     */
    public int stepsToSteady() {
        double bound = quantile(stepSeconds.length / 2, stepSeconds.length, 0.5) * STEADY;
        int last = Math.max(0, stepSeconds.length - 1 - NEIGHBOURS);
        int step = 0;
        while (step < last && quantile(step, step + 1 + NEIGHBOURS, 0.5) > bound) {
            step++;
        }
        return step;
    }

    private double quantile(double share) {
        return quantile(warmUp(stepSeconds.length), stepSeconds.length, share);
    }

    private double quantile(int from, int to, double share) {
        double[] steps = Arrays.copyOfRange(stepSeconds, from, to);
        Arrays.sort(steps);
        return steps[(int) (steps.length * share)];
    }

    /** {@return the report as one JSON object} */
    public String toJson() {
        ObjectNode json = JsonMapper.builder().build().createObjectNode();
        json.put("benchmark", "train").put("model", options.task().label());
        json.put("batch", options.batch()).put("steps", stepSeconds.length);
        json.put("workers", options.crew().workers())
                .put("threads", options.crew().threads());
        json.put("virtual_ranks", options.crew().virtualRanks()).put("device", "cpu");
        json.put("products", options.products().name().toLowerCase(Locale.ROOT));
        json.put("compression", Compression.name(options.compression()));
        json.put("samples_per_second", round(samplesPerSecond(), 1));
        json.put("samples_per_second_best_decile", round(options.globalBatch() / quantile(0.1), 1));
        json.put("step_ms", round(medianStepSeconds() * 1e3, 4));
        int warm = stepsToSteady();
        json.put("steps_to_steady", warm).put("seconds_to_steady", round(seconds(warm), 3));
        json.put("peak_rss_bytes", process.peakRssBytes());
        json.put("seconds_to_first_step", round(process.secondsToFirstStep(), 3));
        json.put("loss_first", losses[0]).put("loss_last", losses[losses.length - 1]);
        ArrayNode first = json.putArray("losses");
        Arrays.stream(losses).limit(LOSSES_SHOWN).forEach(first::add);
        profile.ifPresent(ops -> ops.addTo(json));
        return json.toString();
    }

    /** {@return the report as a table of two columns} */
    public String toText() {
        TrainOptions.Crew crew = options.crew();
        String text = String.format(
                Locale.ROOT,
                """
                %s, batch %d, %d worker(s) of %d thread(s), %d virtual rank(s), %d steps
                  samples/s            %.1f
                  step (median)        %.3f ms
                  peak resident memory %.0f MB
                  first step after     %.2f s
                  steady after         %d steps
                  loss                 %.5f to %.5f""",
                options.task().label(),
                options.batch(),
                crew.workers(),
                crew.threads(),
                crew.virtualRanks(),
                stepSeconds.length,
                samplesPerSecond(),
                medianStepSeconds() * 1e3,
                process.peakRssBytes() / 1e6,
                process.secondsToFirstStep(),
                stepsToSteady(),
                losses[0],
                losses[losses.length - 1]);
        return text + profile.map(ops -> "\n" + ops.toText()).orElse("");
    }

    private double seconds(int steps) {
        return Arrays.stream(stepSeconds, 0, steps).sum();
    }

    private static double round(double value, int digits) {
        double scale = StrictMath.pow(10, digits);
        return Math.rint(value * scale) / scale;
    }
}
