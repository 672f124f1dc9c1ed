package dev.lockstep.train;

import dev.lockstep.data.Batch;
import dev.lockstep.data.Cursor;
import dev.lockstep.data.DataLoader;
import dev.lockstep.data.MadeAhead;
import dev.lockstep.module.Module;
import dev.lockstep.train.StepLog.StepReport;
import java.nio.file.Path;

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
        Cursor start = trainer.takeStart();
        while (start.epoch() < options.epochs() && trainer.steps() < options.maxSteps()) {
            epoch(loader, closure, start, totalSteps);
            start = new Cursor(start.epoch() + 1, 0);
        }
    }

    private void epoch(DataLoader loader, StepClosure<M> closure, Cursor start, long totalSteps) {
        Cursor at = start;
        try (MadeAhead batches = loader.epochAhead(start, trainer::slices)) {
            while (trainer.steps() < options.maxSteps() && batches.hasNext()) {
                step(batches.next(), closure, Math.toIntExact(at.epoch()), totalSteps);
                at = batches.hasNext() ? new Cursor(at.epoch(), at.batch() + 1) : new Cursor(at.epoch() + 1, 0);
                trainer.reach(at);
                saveState();
            }
        }
    }

    private void saveState() {
        Path file = options.stateFile();
        if (file != null && options.stateEvery() > 0 && trainer.steps() % options.stateEvery() == 0) {
            trainer.saveState(file);
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
