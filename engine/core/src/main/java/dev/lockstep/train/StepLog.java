package dev.lockstep.train;

import java.util.SortedMap;

/** Receives what a run reports about its progress. Called from the trainer's thread, on the leader only. */
public interface StepLog {
    /**
     * One committed training step.
     *
     * @param step its number, from 1
     * @param epoch its epoch, from 1
     * @param totalSteps how many steps the run will make, or 0 if not known
     * @param loss the loss over the whole global batch
     * @param samples rows of the global batch
     * @param seconds wall time of the step
     * @param generation the generation in which it was reduced
     */
    record StepReport(
            long step, int epoch, long totalSteps, double loss, long samples, double seconds, long generation) {}

    /**
     * One evaluation over a data set.
     *
     * @param step the last committed training step
     * @param metrics the metrics' means, by name
     */
    record EvaluationReport(long step, SortedMap<String, Double> metrics) {}

    /**
     * The end of training.
     *
     * @param steps training steps made
     * @param samples samples seen, epochs' repetitions included
     * @param loss the last step's loss
     * @param metrics the last evaluation's metrics, by name; a metric called accuracy is shown as the run's
     * @param seconds wall time of training, evaluation included
     * @param samplesPerSecond the median over steps after warm-up
     * @param weightsSha256 the digest of the state dict
     */
    record SummaryReport(
            long steps,
            long samples,
            double loss,
            SortedMap<String, Double> metrics,
            double seconds,
            double samplesPerSecond,
            String weightsSha256) {}

    /** {@return a log that drops every report} */
    static StepLog silent() {
        return SilentLog.INSTANCE;
    }

    /** Says what a trainer runs with, once, before the first step. */
    void started(int virtualRanks, int threads, String device);

    /** Notes a committed step. */
    void step(StepReport report);

    /** Notes an evaluation. */
    void evaluated(EvaluationReport report);

    /** Notes the end of training. */
    void finished(SummaryReport report);

    /** Notes a warning or remark for the user, one line. */
    void remark(String message);
}
