package dev.lockstep.launcher.run;

import dev.lockstep.cluster.Generation;
import dev.lockstep.cluster.Incident;
import dev.lockstep.launcher.ExitCode;
import dev.lockstep.launcher.Version;
import dev.lockstep.launcher.link.WorkerMessage;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.StringJoiner;

/** Shows a run on a terminal, or as plain lines where there is none. Failures go to standard error. */
final class TextDisplay implements Display {
    private final RunFolder folder;
    private final PrintStream out;
    private final PrintStream err;
    private final ProgressLine progress;
    private final boolean quiet;
    private final boolean verbose;
    /** Failures that are shown once it is known whether the run goes on. */
    private final List<Failure> unsaid = new ArrayList<>();

    private int workers;
    private int workersBefore;

    /** Writes to the streams; {@code out} is where progress goes, standard error if standard output is for machines. */
    TextDisplay(RunOptions options, RunFolder folder, PrintStream out, PrintStream err, ProgressLine progress) {
        this.folder = folder;
        this.out = out;
        this.err = err;
        this.progress = progress;
        this.verbose = options.output().isVerbose();
        this.quiet = options.output().verbosity() < 0 || (options.output().json() && !verbose);
        this.workers = options.worker().count() * options.cluster().machines();
    }

    @Override
    public void banner(String runId, RunFolder where, RunOptions run) {
        int machines = run.cluster().machines();
        int each = run.worker().count();
        int threads = run.worker().threadsEach();
        say("lockstep " + Version.current() + " · JDK " + Runtime.version().feature() + "."
                + Runtime.version().interim() + "." + Runtime.version().update() + " · run " + runId + " · "
                + counted(machines, "machine") + " × " + counted(each, "worker") + " · "
                + run.job().device() + " ("
                + counted(threads, "thread") + " each)");
        say("  run dir    " + where.root());
    }

    @Override
    public void started(Generation generation) {
        workers = generation.worldSize();
        say("  virtual ranks " + generation.virtualRanks()
                + " (same bits for any number of workers; pin them with --virtual-ranks " + generation.virtualRanks()
                + ")");
        long spares = generation.placement().stream()
                .filter(range -> range.count() == 0)
                .count();
        if (spares > 0) {
            say("  " + spares + " of " + workers + " workers are spares: there are only " + generation.virtualRanks()
                    + " virtual ranks");
        }
        workersBefore = workers;
    }

    @Override
    public void recovered(Generation generation, OptionalDouble recoveryMillis) {
        workers = generation.worldSize();
        StringJoiner line = new StringJoiner(" · ", "  ", "");
        line.add("generation " + generation.number());
        line.add(workersBefore + " → " + counted(workers, "worker"));
        recoveryMillis.ifPresent(ms -> line.add(String.format(Locale.ROOT, "going on after %.2f s", ms / 1000)));
        warn(line.toString());
        workersBefore = workers;
    }

    @Override
    public void stepped(WorkerMessage.Step step) {
        if (!quiet) {
            progress.update(step);
        }
    }

    @Override
    public void evaluated(WorkerMessage.Evaluated evaluated) {
        StringJoiner line = new StringJoiner("  ");
        evaluated.metrics().forEach((name, value) -> line.add(name + " " + String.format(Locale.ROOT, "%.4f", value)));
        say("  test at step " + evaluated.step() + ": " + line);
    }

    @Override
    public void remark(String text) {
        warn("! " + text);
    }

    @Override
    public void printed(String line) {
        say(line);
    }

    @Override
    public void failed(Failure failure) {
        unsaid.add(failure);
    }

    @Override
    public void changed(Generation generation) {
        for (Failure failure : unsaid) {
            Incident incident = failure.incident();
            warn("! rank " + failure.rank() + " lost at step " + failure.step() + " on " + incident.host() + " (pid "
                    + incident.pid() + "): " + incident.cause());
        }
        unsaid.clear();
    }

    @Override
    public void stopping(int exitCode, String reason) {
        if (!unsaid.isEmpty()) {
            FailureText.of(unsaid.getFirst(), workers, folder.root(), verbose).forEach(this::warn);
        }
        if (ExitCode.isSignal(exitCode)) {
            warn(reason + ": stopping (again to stop now)");
        } else if (unsaid.isEmpty() || exitCode == ExitCode.LOST) {
            warn("✗ " + reason);
        } else if (workers > 1) {
            warn("  " + counted(workers - 1, "other rank") + " stopped because of it");
        }
    }

    @Override
    public void done(int exitCode, double seconds, Tally tally) {
        progress.clear();
        if (exitCode != ExitCode.OK) {
            warn("  run dir    " + folder.root());
            return;
        }
        StringJoiner line = new StringJoiner(" · ");
        line.add(String.format(Locale.ROOT, "done in %.1f s", seconds));
        tally.summary().ifPresent(summary -> {
            if (Double.isFinite(tally.accuracy())) {
                line.add(String.format(Locale.ROOT, "accuracy %.4f", tally.accuracy()));
            }
            line.add(String.format(Locale.ROOT, "loss %.4g", summary.loss()));
            line.add(counted(summary.steps(), "step"));
            line.add(String.format(Locale.ROOT, "%.0f samples/s", summary.samplesPerSecond()));
            tally.generation().ifPresent(generation -> line.add("V = " + generation.virtualRanks()));
        });
        say(line.toString());
        tally.summary().ifPresent(summary -> say("  weights    sha256 " + summary.weightsSha256()));
        say("  run dir    " + folder.root());
    }

    private void say(String line) {
        if (!quiet) {
            progress.clear();
            out.println(line);
        }
    }

    private void warn(String line) {
        progress.clear();
        err.println(line);
    }

    private static String counted(long count, String noun) {
        return count + " " + noun + (count == 1 ? "" : "s");
    }
}
