package dev.lockstep.launcher.agent;

import dev.lockstep.cluster.UserFailure;
import dev.lockstep.cluster.WorkPoint;
import dev.lockstep.launcher.ExitCode;
import dev.lockstep.launcher.link.BlackBox;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/** Says in words how a worker ended, and tells deaths from failures. */
final class Causes {
    private static final int SIGNAL_BASE = 128;
    private static final int OUT_OF_MEMORY = 3; // What -XX:+ExitOnOutOfMemoryError exits with.
    private static final Map<Integer, String> SIGNALS = Map.of(
            1, "SIGHUP", 2, "SIGINT", 3, "SIGQUIT", 4, "SIGILL", 6, "SIGABRT", 7, "SIGBUS", 8, "SIGFPE", 9, "SIGKILL",
            11, "SIGSEGV", 15, "SIGTERM");

    private Causes() {}

    /** {@return {@code killed by SIGKILL}, {@code exit 3}} */
    static String ofExit(int code) {
        if (code > SIGNAL_BASE) {
            int signal = code - SIGNAL_BASE;
            return "killed by " + SIGNALS.getOrDefault(signal, "signal " + signal);
        }
        return code < 0 ? "died and could not be reaped" : "exit " + code;
    }

    /** {@return where a worker was in its work} */
    static WorkPoint place(Child child) {
        BlackBox.Entry entry = child.lastPlace();
        return new WorkPoint(entry.step(), entry.virtualRanks(), entry.phase().text());
    }

    /** {@return the failure of a child that exited by itself without saying why; empty if it was killed} */
    static Optional<UserFailure> failure(Child child, int code) {
        if (code > SIGNAL_BASE || code < 0) {
            return Optional.empty();
        }
        if (code == OUT_OF_MEMORY && ranOutOfMemory(child.logs.resolve("stdout.log"))) {
            return Optional.of(failure(
                    child,
                    "java.lang.OutOfMemoryError",
                    "the heap of the worker is full: raise --heap",
                    ExitCode.MEMORY));
        }
        if (!child.connected) {
            String message =
                    "the worker's JVM did not start (exit " + code + "): see " + child.logs.resolve("stderr.log");
            return Optional.of(failure(child, "java.lang.Error", message, ExitCode.ENVIRONMENT));
        }
        if (child.ended) {
            String message = "the program ended before its training was complete, while others train";
            return Optional.of(failure(child, "java.lang.IllegalStateException", message, ExitCode.USER));
        }
        String message = "the program exited with code " + code + " by itself (System.exit or a crash of the JVM)";
        return Optional.of(failure(child, "java.lang.IllegalStateException", message, ExitCode.USER));
    }

    /** The JVM says so on standard output; without it the program just chose the same exit code. */
    private static boolean ranOutOfMemory(Path log) {
        try {
            return new String(Files.readAllBytes(log), StandardCharsets.UTF_8)
                    .contains("Terminating due to java.lang.OutOfMemoryError");
        } catch (IOException e) {
            return false; // No log, no word.
        }
    }

    private static UserFailure failure(Child child, String type, String message, int exitCode) {
        return new UserFailure(type, message, exitCode, place(child));
    }
}
