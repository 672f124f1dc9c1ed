package dev.lockstep.train;

import dev.lockstep.data.Batch;
import dev.lockstep.data.Cursor;
import dev.lockstep.data.DataLoader;
import dev.lockstep.module.Module;
import dev.lockstep.train.StepLog.StepReport;
import java.nio.file.Path;
import java.util.List;

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
        int from = start.batch();
        for (int epoch = Math.toIntExact(start.epoch()); epoch < options.epochs(); epoch++) {
            List<Batch> batches = loader.epoch(epoch);
            for (int batch = from; batch < batches.size(); batch++) {
                if (trainer.steps() >= options.maxSteps()) {
                    return;
                }
                step(batches.get(batch), closure, epoch, totalSteps);
                boolean last = batch == batches.size() - 1;
                trainer.reach(last ? new Cursor(epoch + 1L, 0) : new Cursor(epoch, batch + 1));
                saveState();
            }
            from = 0;
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
