package dev.lockstep.launcher.run;

import dev.lockstep.launcher.link.WorkerMessage;
import java.io.PrintStream;
import java.util.Locale;
import java.util.function.LongSupplier;

/**
 * Draws progress: a bar that is redrawn in place on a terminal, else a plain line now and then. Confined to one thread.
 */
final class ProgressLine {
    private static final int BAR_CELLS = 28;
    private static final long REDRAW_NANOS = 80_000_000;
    private static final long PLAIN_NANOS = 1_000_000_000;
    private static final String ERASE = "\r\u001b[2K";

    private final PrintStream out;
    private final boolean terminal;
    private final LongSupplier nanoClock;
    private long firstStep = -1;
    private long firstStepNanos;
    private long drawnNanos;
    private long windowSamples;
    private double windowSeconds;
    private boolean drawn;

    ProgressLine(PrintStream out, boolean terminal, LongSupplier nanoClock) {
        this.out = out;
        this.terminal = terminal;
        this.nanoClock = nanoClock;
        this.drawnNanos = nanoClock.getAsLong() - PLAIN_NANOS;
    }

    void update(WorkerMessage.Step step) {
        long now = nanoClock.getAsLong();
        windowSamples += step.samples();
        windowSeconds += step.seconds();
        if (firstStep < 0) {
            firstStep = step.step();
            firstStepNanos = now;
        }
        boolean last = step.step() == step.totalSteps();
        if (!last && now - drawnNanos < (terminal ? REDRAW_NANOS : PLAIN_NANOS)) {
            return;
        }
        drawnNanos = now;
        String text = text(step, windowSamples / windowSeconds, now);
        windowSamples = 0;
        windowSeconds = 0;
        if (terminal) {
            out.print(ERASE + text);
            out.flush();
            drawn = true;
        } else {
            out.println(text);
        }
    }

    /** Takes the bar off the terminal before other output. */
    void clear() {
        if (drawn) {
            out.print(ERASE);
            out.flush();
            drawn = false;
        }
    }

    private String text(WorkerMessage.Step step, double rate, long now) {
        String bar = step.totalSteps() > 0 ? bar(step.step(), step.totalSteps()) + "  " : "";
        String of = step.totalSteps() > 0 ? "/" + step.totalSteps() : "";
        return String.format(
                Locale.ROOT,
                "epoch %d  %sstep %d%s  loss %.4f  %.0f samples/s%s",
                step.epoch(),
                bar,
                step.step(),
                of,
                step.loss(),
                rate,
                left(step, now));
    }

    private static String bar(long step, long total) {
        int full = (int) Math.min(BAR_CELLS, BAR_CELLS * step / total);
        return "━".repeat(full) + "─".repeat(BAR_CELLS - full);
    }

    private String left(WorkerMessage.Step step, long now) {
        long made = step.step() - firstStep;
        if (made < 1 || step.totalSteps() <= 0) {
            return "";
        }
        double seconds = (now - firstStepNanos) / 1e9 / made * (step.totalSteps() - step.step());
        long rounded = Math.round(seconds);
        return String.format(Locale.ROOT, "  %d:%02d left", rounded / 60, rounded % 60);
    }
}
