package dev.lockstep.train;

import dev.lockstep.data.Batch;
import dev.lockstep.data.Cursor;
import dev.lockstep.data.DataLoader;
import dev.lockstep.data.MadeAhead;
import dev.lockstep.module.Module;
import dev.lockstep.module.StateDict;
import dev.lockstep.module.WeightsDigest;
import dev.lockstep.optim.Optimizer;
import dev.lockstep.serialization.Safetensors;
import dev.lockstep.tensor.Gradients;
import dev.lockstep.tensor.Scope;
import dev.lockstep.train.LeafComputer.Work;
import dev.lockstep.train.StepLog.EvaluationReport;
import dev.lockstep.train.StepLog.SummaryReport;
import dev.lockstep.train.TrainerState.Progress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Trains a model, alone or as one of a job's workers, with the same result. {@link #step} is the door: it runs a
 * closure once for each virtual rank that is this worker's, sums over all virtual ranks, and applies one update.
 * {@link #fit} is a loop over it.
 *
 * <pre>{@code
 * var trainer = Trainer.of(net, new AdamW(net.parameters(), o -> o.lr(1e-3)));
 * trainer.fit(loader, (model, batch, step) -> crossEntropy(model.call(batch.x()), batch.y()), o -> o.epochs(3));
 * trainer.finish();
 * }</pre>
 *
 * Confined to one thread; every worker of a job makes the same calls in the same order.
 *
 * @param <M> the model
 */
public final class Trainer<M extends Module<?, ?>> {
    private static final AtomicReference<@Nullable Trainer<?>> UNFINISHED = new AtomicReference<>();

    private final Job job;
    private final M model;
    private final Optimizer optimizer;
    private final Throughput throughput = new Throughput();
    private final List<Path> saves = new ArrayList<>();
    private final long startedNanos;
    private Optional<UnaryOperator<Gradients>> gradientHook = Optional.empty();
    private CommHook commHook = CommHook.allReduce();
    private Optional<StateDict> loadedHookState = Optional.empty();
    private int virtualRanks;
    private Cursor start = Cursor.START;
    private Cursor cursor = Cursor.START;
    private @Nullable StepRunner<M> runner;
    private @Nullable WeightUpdate update;
    private SortedMap<String, Double> lastMetrics = Collections.emptySortedMap();
    private double lastLoss = Double.NaN;
    private long steps;
    private long samples;
    private boolean finished;

    private Trainer(Job job, M model, Optimizer optimizer) {
        this.job = job;
        this.model = model;
        this.optimizer = optimizer;
        this.virtualRanks = job.settings().virtualRanks();
        this.startedNanos = job.nanoClock().getAsLong();
    }

    /** Makes the trainer of the current {@link Job}. */
    public static <M extends Module<?, ?>> Trainer<M> of(M model, Optimizer optimizer) {
        Trainer<M> trainer = of(Job.current(), model, optimizer);
        UNFINISHED.set(trainer);
        return trainer;
    }

    /** Makes the trainer of a job that is not the process', for programs that hold several workers. */
    public static <M extends Module<?, ?>> Trainer<M> of(Job job, M model, Optimizer optimizer) {
        return new Trainer<>(job, model, optimizer);
    }

    /**
     * Changes the reduced gradients before each update, such as {@code g -> g.clipNorm(1)}; hooks see what all workers
     * see.
     */
    public Trainer<M> onGradients(UnaryOperator<Gradients> hook) {
        this.gradientHook = Optional.of(hook);
        return this;
    }

    /**
     * Says in which form gradients cross virtual ranks, before the first step. The hook belongs to the job: every
     * worker registers the same one, and another one gives other bits.
     *
     * @throws IllegalStateException after the first step
     */
    public Trainer<M> registerCommHook(CommHook hook) {
        if (runner != null) {
            throw new IllegalStateException("trainer: the communication hook " + hook + " comes after the first step");
        }
        this.commHook = hook;
        return this;
    }

    /**
     * {@return copies of what the communication hook keeps from step to step: for {@link PowerSgd}
     * {@code powersgd.q.NAME}, and {@code powersgd.error.V.NAME} of the virtual ranks whose state this worker has}
     * Empty for the other hooks and before the first step.
     */
    public StateDict commHookState() {
        return Optional.ofNullable(runner)
                .flatMap(StepRunner::hookState)
                .map(PowerSgdState::save)
                .orElseGet(() -> new StateDict(Collections.emptyNavigableMap()));
    }

    /**
     * Goes on with a state of the communication hook, before the first step: that of all virtual ranks, or of at least
     * those this worker will own.
     *
     * @throws IllegalStateException after the first step
     */
    public Trainer<M> loadCommHookState(StateDict state) {
        if (runner != null) {
            throw new IllegalStateException("trainer: the communication hook's state comes after the first step");
        }
        this.loadedHookState = Optional.of(state);
        return this;
    }

    /**
     * {@return all that training needs to go on where it is: weights and buffers ({@code model.NAME}), the optimizer's
     * state ({@code optimizer.NAME}), what the communication hook keeps of all virtual ranks ({@code hook.NAME}),
     * steps, samples, V, the seed and the batch that {@link #fit} takes next ({@code trainer.NAME})} Every worker calls
     * it at the same place and gets the same. Weights and the optimizer's state are the trainer's own tensors, not
     * copies.
     */
    public StateDict stateDict() {
        StepRunner<M> mine = runner;
        StateDict hook = mine == null ? loadedHookState.orElseGet(this::commHookState) : mine.gatherHookState(steps);
        Progress progress = new Progress(
                steps, samples, cursor, virtualRanks, job.settings().seed());
        return new TrainerState(model.stateDict(), optimizer.stateDict(), hook, progress).toStateDict();
    }

    /**
     * Goes on from a state, before the first step: with any number of workers and threads, to the bits of a run that
     * was not disturbed. The model, the optimizer with its schedule, the hook and the data are made as they were then;
     * the next {@link #fit} begins at the batch it had come to. A schedule that observes something, and whatever else
     * the program keeps, is its own affair.
     *
     * @throws IllegalArgumentException if the state does not fit, or V or the seed is another one
     * @throws IllegalStateException after the first step
     */
    public Trainer<M> loadStateDict(StateDict state) {
        if (runner != null) {
            throw new IllegalStateException("trainer: a state is loaded before the first step");
        }
        TrainerState loaded = TrainerState.of(state);
        Progress progress = loaded.progress();
        progress.requireSameJob(job.settings().seed(), virtualRanks);
        model.load(loaded.model());
        optimizer.load(loaded.optimizer());
        loadedHookState = Optional.of(loaded.hook());
        virtualRanks = Math.max(virtualRanks, progress.virtualRanks());
        steps = progress.steps();
        samples = progress.samples();
        start = progress.cursor();
        cursor = start;
        return this;
    }

    /**
     * Writes {@link #stateDict} as safetensors: by rank 0, whole or not at all. Every worker calls it at the same
     * place. If rank 0 is lost meanwhile, a file that was there before may stay.
     *
     * @throws dev.lockstep.serialization.CheckpointWriteException if the file cannot be written
     */
    public void saveState(Path file) {
        try (var _ = Scope.open("state")) {
            StateDict state = stateDict();
            if (isLeader()) {
                Safetensors.save(state, file);
            }
        }
    }

    /** Makes one training step over a global batch with a loss that is a mean over rows. */
    public StepResult step(Batch batch, StepClosure<M> closure) {
        return train(batch, new Work.ByRows<>(closure));
    }

    /** Makes one training step with a loss that is a sum divided by a weight of its own. */
    public StepResult stepWeighted(Batch batch, WeightedClosure<M> closure) {
        return train(batch, new Work.ByWeight<>(closure));
    }

    private StepResult train(Batch batch, Work<M> work) {
        long before = job.nanoClock().getAsLong();
        StepRunner<M> steady = runner(batch.size());
        try (NodeSum total = steady.run(work, batch, steps)) {
            StepTotals totals = StepTotals.of(total);
            // A mean over rows is weighted at the leaves already: the shares of the slices sum to 1 and are not divided
            // by again.
            double factor = work instanceof Work.ByWeight ? 1 / totals.weight() : 1;
            updateOf(steady).apply(total, factor, gradientHook);
            steps++;
            samples += totals.rows();
            lastLoss = totals.loss() * factor;
            throughput.add(totals.rows(), job.nanoClock().getAsLong() - before);
            return new StepResult(steps, lastLoss, totals.means(), totals.rows());
        }
    }

    /**
     * Trains for some epochs and reports each step to the job's log. The loader's workers make this worker's rows ahead
     * of the steps.
     */
    public void fit(DataLoader loader, StepClosure<M> closure, UnaryOperator<FitOptions> options) {
        new Fit<>(this, options.apply(FitOptions.defaults())).run(loader, closure);
    }

    /**
     * Evaluates the model, in evaluation mode and without gradients, over a whole data set.
     *
     * @return the means of the closure's loss (as {@code loss}) and of its metrics, by name
     */
    public SortedMap<String, Double> evaluate(DataLoader loader, StepClosure<M> closure) {
        boolean training = model.isTraining();
        model.eval();
        StepTotals sum = StepTotals.NONE;
        try (MadeAhead batches = loader.epochAhead(Cursor.START, this::slices)) {
            while (batches.hasNext()) {
                Batch batch = batches.next();
                try (NodeSum total = runner(batch.size()).run(new Work.Evaluation<>(closure), batch, steps)) {
                    sum = sum.plus(StepTotals.of(total));
                }
            }
        }
        model.train(training);
        lastMetrics = sum.means();
        if (isLeader()) {
            job.log().evaluated(new EvaluationReport(steps, lastMetrics));
        }
        return lastMetrics;
    }

    /**
     * Asks for the weights to be saved as safetensors when training finishes: once, by rank 0, whole or not at all. Ask
     * before training: what stands in the way is found out now.
     *
     * @throws dev.lockstep.serialization.CheckpointWriteException if the file could not be written
     */
    public void save(Path file) {
        Safetensors.requireWritable(file);
        saves.add(file);
    }

    /**
     * Ends training: waits until every worker holds the last step, saves what was asked for, and reports the summary.
     * Every worker must call it (the launcher does for a program that forgets). Calling twice does nothing.
     */
    public void finish() {
        if (finished) {
            return;
        }
        finished = true;
        UNFINISHED.compareAndSet(this, null);
        StepRunner<M> last = runner;
        if (last == null) {
            return;
        }
        String digest = WeightsDigest.sha256(model.stateDict());
        boolean leader = isLeader();
        if (leader) {
            conclude(digest);
        }
        last.reducer().complete(digest);
        if (!leader && isLeader()) {
            // The leader was lost while the job completed; what it may not have concluded is concluded again, with the
            // same bytes.
            conclude(digest);
        }
        last.close();
    }

    private void conclude(String digest) {
        saves.forEach(file -> Safetensors.save(model.stateDict(), file));
        double seconds = (job.nanoClock().getAsLong() - startedNanos) / 1e9;
        job.log()
                .finished(
                        new SummaryReport(steps, samples, lastLoss, lastMetrics, seconds, throughput.median(), digest));
    }

    /**
     * Finishes the trainer that the program made last, if it did not itself. For launchers, after the program's main
     * has returned.
     */
    public static void finishUnfinished() {
        Trainer<?> open = UNFINISHED.get();
        if (open != null) {
            open.finish();
        }
    }

    /** {@return whether this worker is the one that logs and saves} */
    public boolean isLeader() {
        StepRunner<M> mine = runner;
        return mine == null || mine.reducer().isLeader();
    }

    /** {@return where {@link #fit} begins: after {@link #loadStateDict} once where that run was, else at the start} */
    Cursor takeStart() {
        Cursor taken = start;
        start = Cursor.START;
        return taken;
    }

    /** Says which batch comes next. */
    void reach(Cursor next) {
        cursor = next;
    }

    /** {@return how many training steps were made, those before {@link #loadStateDict} included} */
    public long steps() {
        return steps;
    }

    /** {@return the model} */
    public M model() {
        return model;
    }

    /** {@return the slices of a batch that this worker will compute, unless the members change before} */
    List<Batch> slices(Batch batch) {
        return runner(batch.size()).slices(batch);
    }

    Job job() {
        return job;
    }

    long generation() {
        StepRunner<M> mine = runner;
        return mine == null ? 0 : mine.reducer().generation();
    }

    /** Opens the runner at the first batch: the default of V follows from the size of the global batch. */
    private StepRunner<M> runner(int batchSize) {
        StepRunner<M> open = runner;
        if (finished) {
            throw new IllegalStateException("trainer: a step after finish()");
        }
        if (open == null) {
            open = open(batchSize);
            runner = open;
        }
        return open;
    }

    private StepRunner<M> open(int batchSize) {
        Job.Settings settings = job.settings();
        if (virtualRanks == 0) {
            virtualRanks = VirtualRankRule.choose(batchSize, settings.maxWorkers());
        }
        StepRunner<M> opened = new StepRunner<>(job, model, commHook, virtualRanks);
        loadedHookState.ifPresent(opened::loadHookState);
        loadedHookState = Optional.empty();
        job.log().started(virtualRanks, settings.threads(), settings.device().toString());
        if (batchSize < 8L * virtualRanks && opened.reducer().isLeader()) {
            job.log()
                    .remark("virtual ranks get " + batchSize / virtualRanks + " rows or fewer each (batch " + batchSize
                            + ", " + virtualRanks + " virtual ranks); below 8 rows products get slow");
        }
        return opened;
    }

    private WeightUpdate updateOf(StepRunner<M> open) {
        WeightUpdate mine = update;
        if (mine == null) {
            mine = new WeightUpdate(open.state(), optimizer, open.threads()::run);
            update = mine;
        }
        return mine;
    }
}
