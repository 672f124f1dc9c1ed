package dev.lockstep.train;

import dev.lockstep.data.Batch;
import dev.lockstep.data.DataLoader;
import dev.lockstep.module.Module;
import dev.lockstep.train.StepLog.StepReport;

/**
 * The loop of {@link Trainer#fit}: epochs of batches, a report after each step.
 *
 * @param <M> the model
 */
final class Fit<M extends Module<?, ?>> {
    private final Trainer<M> trainer;
    private final FitOptions options;

    Fit(Trainer<M> trainer, FitOptions options) {
        this.trainer = trainer;
        this.options = options;
    }

    void run(DataLoader loader, StepClosure<M> closure) {
        long planned = Math.multiplyExact(loader.batchesPerEpoch(), (long) options.epochs());
        long totalSteps = Math.min(planned, options.maxSteps());
        trainer.model().train();
        for (int epoch = 0; epoch < options.epochs(); epoch++) {
            for (Batch batch : loader.epoch(epoch)) {
                if (trainer.steps() >= options.maxSteps()) {
                    return;
                }
                step(batch, closure, epoch, totalSteps);
            }
        }
    }

    private void step(Batch batch, StepClosure<M> closure, int epoch, long totalSteps) {
        long before = trainer.job().nanoClock().getAsLong();
        StepResult result = trainer.step(batch, closure);
        if (trainer.isLeader()) {
            double seconds = (trainer.job().nanoClock().getAsLong() - before) / 1e9;
            trainer.job()
                    .log()
                    .step(new StepReport(
                            result.step(),
                            epoch + 1,
                            totalSteps,
                            result.loss(),
                            result.samples(),
                            seconds,
                            trainer.generation()));
        }
    }
}
