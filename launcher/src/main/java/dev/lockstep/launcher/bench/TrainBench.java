package dev.lockstep.launcher.bench;

import static dev.lockstep.tensor.Tensors.crossEntropy;
import static dev.lockstep.tensor.Tensors.manualSeed;

import dev.lockstep.data.Batch;
import dev.lockstep.module.Layer;
import dev.lockstep.tensor.Autocast;
import dev.lockstep.tensor.Tensor;
import dev.lockstep.train.Job;
import dev.lockstep.train.StepContext;
import dev.lockstep.train.StepResult;
import dev.lockstep.train.Trainer;
import java.time.Instant;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.stream.DoubleStream;

/**
 * Trains a workload for some steps and times each. Workers whose time is limited stop at the same step: how much has
 * passed they average like a metric. One use; confined to one thread.
 */
public final class TrainBench {
    private static final String SECONDS = "seconds";

    private final TrainOptions options;
    private final Instant launched;
    private final LongSupplier nanoClock;
    private final Optional<StepProfile> profile;
    private boolean profiling;
    private long began;

    /**
     * Prepares a run.
     *
     * @param launched when the command's process started
     * @param nanoClock a monotonic clock in nanoseconds
     * @param profile what counts the ops of the second half, if that is wanted
     */
    public TrainBench(TrainOptions options, Instant launched, LongSupplier nanoClock, Optional<StepProfile> profile) {
        this.options = options;
        this.launched = launched;
        this.nanoClock = nanoClock;
        this.profile = profile;
    }

    /** Trains as a worker of {@code job} and reports. */
    public TrainReport run(Job job) {
        manualSeed(options.seed());
        BatchPlan plan = options.task().data().open(options.data(), options.seed());
        Layer model = options.task().newModel();
        options.init().ifPresent(file -> InitialWeights.load(model, file));
        Trainer<Layer> trainer = Trainer.of(job, model, options.task().newOptimizer(model.parameters()))
                .registerCommHook(options.compression());
        DoubleStream.Builder seconds = DoubleStream.builder();
        DoubleStream.Builder losses = DoubleStream.builder();
        began = nanoClock.getAsLong();
        double past = 0;
        double first = 0;
        for (int step = 0; !options.length().isOver(step, past); step++) {
            profileOnceWarm(step, past);
            long before = nanoClock.getAsLong();
            StepResult result = trainer.step(plan.at(step, options.globalBatch()), this::loss);
            long nanos = nanoClock.getAsLong() - before;
            losses.add(result.loss());
            past = result.metrics().getOrDefault(SECONDS, 0.0);
            seconds.add(nanos / 1e9);
            profile.ifPresent(ops -> ops.countStep(nanos));
            first = step == 0 ? ProcessFacts.secondsSince(launched) : first;
        }
        trainer.finish();
        var footprint = new TrainReport.Footprint(ProcessFacts.peakRssBytes(), first);
        return new TrainReport(
                options, seconds.build().toArray(), losses.build().toArray(), footprint, profile);
    }

    private void profileOnceWarm(int step, double secondsPast) {
        if (!profiling && options.length().isHalfOver(step, secondsPast)) {
            profiling = true;
            profile.ifPresent(StepProfile::begin);
        }
    }

    private Tensor loss(Layer model, Batch batch, StepContext context) {
        if (options.length().isTimed()) {
            context.metric(SECONDS, (nanoClock.getAsLong() - began) / 1e9);
        }
        try (var _ = Autocast.to(options.products())) {
            Tensor logits = model.call(batch.x());
            Tensor target = batch.y();
            return logits.rank() == 2
                    ? crossEntropy(logits, target)
                    : crossEntropy(logits.flatten(0, -2), target.flatten()); // A row a token: [N T, classes]
        }
    }
}
