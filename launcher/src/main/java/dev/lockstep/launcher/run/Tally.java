package dev.lockstep.launcher.run;

import dev.lockstep.cluster.Generation;
import dev.lockstep.launcher.link.WorkerMessage;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What a run has come to so far. Confined to one thread. */
final class Tally {
    private @Nullable Generation generation;
    private WorkerMessage.@Nullable Step last;
    private WorkerMessage.@Nullable Summary summary;
    private WorkerMessage.@Nullable Evaluated evaluation;
    private long samples;
    private long windowSamples;
    private double windowSeconds;

    void step(WorkerMessage.Step step) {
        last = step;
        samples += step.samples();
        windowSamples += step.samples();
        windowSeconds += step.seconds();
    }

    void evaluated(WorkerMessage.Evaluated evaluated) {
        evaluation = evaluated;
    }

    void summary(WorkerMessage.Summary message) {
        summary = message;
    }

    void generation(Generation announced) {
        generation = announced;
    }

    /** {@return samples a second since the last call} */
    double takeSamplesPerSecond() {
        double rate = windowSeconds > 0 ? windowSamples / windowSeconds : Double.NaN;
        windowSamples = 0;
        windowSeconds = 0;
        return rate;
    }

    Optional<Generation> generation() {
        return Optional.ofNullable(generation);
    }

    Optional<WorkerMessage.Summary> summary() {
        return Optional.ofNullable(summary);
    }

    /** {@return the last committed step, 0 before the first} */
    long steps() {
        if (summary != null) {
            return summary.steps();
        }
        return last == null ? 0 : last.step();
    }

    long samples() {
        return summary != null ? summary.samples() : samples;
    }

    double loss() {
        if (summary != null) {
            return summary.loss();
        }
        return last == null ? Double.NaN : last.loss();
    }

    double samplesPerSecond() {
        return summary != null ? summary.samplesPerSecond() : Double.NaN;
    }

    double accuracy() {
        if (summary != null && summary.metrics().containsKey("accuracy")) {
            return summary.metrics().get("accuracy");
        }
        return evaluation == null ? Double.NaN : evaluation.metrics().getOrDefault("accuracy", Double.NaN);
    }

    @Nullable
    String weightsSha256() {
        return summary == null ? null : summary.weightsSha256();
    }
}
