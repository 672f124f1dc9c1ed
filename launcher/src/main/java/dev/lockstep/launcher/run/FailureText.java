package dev.lockstep.launcher.run;

import dev.lockstep.cluster.Incident;
import dev.lockstep.launcher.ExitCode;
import dev.lockstep.launcher.agent.RunListener;
import dev.lockstep.launcher.link.WorkerMessage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Writes one block about a failure: who, where, when, the exception with the user's frame, the last words, the log. */
final class FailureText {
    private static final int FRAMES_MAX = 5;
    private static final int LINES_MAX = 20;
    private static final Set<Integer> MESSAGE_ONLY = Set.of(ExitCode.USAGE, ExitCode.DATA, ExitCode.ENVIRONMENT);

    private FailureText() {}

    /** {@return the lines of the block; with {@code verbose} all frames} */
    static List<String> of(Display.Failure failure, int workers, Path runFolder, boolean verbose) {
        Incident incident = failure.incident();
        List<String> lines = new ArrayList<>();
        var exception = failure.detail().flatMap(RunListener.Detail::exception);
        if (!verbose
                && exception.isPresent()
                && MESSAGE_ONLY.contains(exception.get().exitCode())) {
            exception.get().message().lines().forEach(lines::add);
            lines.set(0, "✗ " + lines.getFirst());
            return lines;
        }
        lines.add(headline(failure, workers));
        if (exception.isPresent()) {
            WorkerMessage.Failed failed = exception.get();
            lines.add("    " + failed.exception() + ": " + failed.message());
            failed.causes().forEach(cause -> lines.add("    caused by " + cause));
            if (verbose) {
                failed.frames().forEach(frame -> lines.add("        at " + frame.text()));
            } else {
                userFrames(failed, failure, runFolder, lines);
            }
        } else {
            lines.add("    " + incident.cause());
        }
        failure.detail().ifPresent(detail -> lastWords(detail.logs(), exception.isPresent(), runFolder, lines));
        return lines;
    }

    private static String headline(Display.Failure failure, int workers) {
        Incident incident = failure.incident();
        String who = failure.rank() >= 0 ? "rank " + failure.rank() : "a worker";
        String verb = failure.detail().flatMap(RunListener.Detail::exception).isPresent() ? "failed" : "was lost";
        String when = failure.step() > 0 ? " at step " + failure.step() : " before training";
        String doing = incident.at().step() < 0 ? "" : " in " + incident.at().operation();
        return "✗ " + who + " of " + workers + " " + verb + when + doing + " on " + incident.host() + " (pid "
                + incident.pid() + ")";
    }

    private static void userFrames(
            WorkerMessage.Failed failed, Display.Failure failure, Path runFolder, List<String> lines) {
        List<WorkerMessage.Frame> user = failed.frames().stream()
                .filter(WorkerMessage.Frame::user)
                .limit(FRAMES_MAX)
                .toList();
        user.forEach(frame -> lines.add("        at " + frame.text() + "          ← your code"));
        int others = failed.frames().size() - user.size();
        failure.detail()
                .ifPresent(detail -> lines.add("        … " + others + " other frames (full trace: "
                        + relative(runFolder, detail.logs().resolve("error.json")) + ")"));
    }

    private static void lastWords(Path logs, boolean traced, Path runFolder, List<String> lines) {
        Path stderr = logs.resolve("stderr.log");
        List<String> words = words(stderr, traced);
        if (!words.isEmpty()) {
            lines.add("    last lines of its stderr:");
            words.forEach(word -> lines.add("        " + word));
        }
        lines.add("    log: " + relative(runFolder, stderr));
    }

    private static List<String> words(Path stderr, boolean traced) {
        try {
            List<String> all = new String(Files.readAllBytes(stderr), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.startsWith("WARNING: Using incubator modules"))
                    .toList();
            int end = traced ? beforeTrace(all) : all.size();
            return all.subList(Math.max(0, end - LINES_MAX), end);
        } catch (IOException e) {
            return List.of("(cannot read " + stderr + ": " + e.getMessage() + ")");
        }
    }

    /** The trace that the worker printed last is shown above already. */
    private static int beforeTrace(List<String> lines) {
        int end = lines.size();
        while (end > 0 && isTrace(lines.get(end - 1))) {
            end--;
        }
        return end < lines.size() ? Math.max(0, end - 1) : end;
    }

    private static boolean isTrace(String line) {
        return line.startsWith("\tat ") || line.startsWith("Caused by: ") || line.startsWith("\t... ");
    }

    private static String relative(Path folder, Path file) {
        return file.startsWith(folder) ? folder.relativize(file).toString() : file.toString();
    }
}
