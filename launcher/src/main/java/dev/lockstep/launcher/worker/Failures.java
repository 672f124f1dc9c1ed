package dev.lockstep.launcher.worker;

import dev.lockstep.collectives.CollectiveException;
import dev.lockstep.launcher.ExitCode;
import dev.lockstep.launcher.LaunchException;
import dev.lockstep.launcher.link.WorkerMessage;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Describes what ended a program: the exit code of its category, its message, its frames with the user's marked. */
final class Failures {
    private static final int FRAMES_MAX = 200;
    private static final int CAUSES_MAX = 16;

    /** By name: these classes may be missing from a program's class path. */
    private static final Map<String, Integer> BY_CLASS = Map.of(
            "dev.lockstep.data.DataException", ExitCode.DATA,
            "dev.lockstep.serialization.CheckpointCorruptException", ExitCode.DATA,
            "dev.lockstep.serialization.CheckpointWriteException", ExitCode.ENVIRONMENT,
            "picocli.CommandLine$ParameterException", ExitCode.USAGE,
            "java.lang.OutOfMemoryError", ExitCode.MEMORY,
            "dev.lockstep.device.DeviceOutOfMemoryException", ExitCode.MEMORY,
            "java.net.BindException", ExitCode.ENVIRONMENT,
            "java.lang.UnsatisfiedLinkError", ExitCode.ENVIRONMENT);

    private static final List<String> FRAMEWORK = List.of(
            "java.",
            "javax.",
            "jdk.",
            "sun.",
            "com.sun.",
            "dev.lockstep.",
            "io.netty.",
            "org.apache.pekko.",
            "picocli.",
            "com.fasterxml.",
            "org.bytedeco.");
    private static final String EXAMPLES = "dev.lockstep.examples.";

    private Failures() {}

    static WorkerMessage.Failed describe(Throwable thrown) {
        List<Throwable> chain = chain(thrown);
        Throwable root = chain.getLast();
        List<String> causes = chain.stream()
                .skip(1)
                .map(cause -> cause.getClass().getName() + ": " + cause.getMessage())
                .toList();
        return new WorkerMessage.Failed(
                exitCode(chain),
                thrown.getClass().getName(),
                String.valueOf(thrown.getMessage()),
                frames(hasUserFrame(thrown) ? thrown : root),
                causes);
    }

    /** {@return the throwable and its causes, outermost first; bounded, loops cut} */
    private static List<Throwable> chain(Throwable thrown) {
        Set<Throwable> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        List<Throwable> chain = new ArrayList<>();
        for (Throwable at = thrown; at != null && seen.add(at) && chain.size() < CAUSES_MAX; at = at.getCause()) {
            chain.add(at);
        }
        return chain;
    }

    private static int exitCode(List<Throwable> chain) {
        for (Throwable thrown : chain) {
            if (thrown instanceof LaunchException launch) {
                return launch.exitCode();
            }
            if (thrown instanceof CollectiveException) {
                return ExitCode.DESYNC;
            }
            for (Class<?> type = thrown.getClass(); type != null; type = type.getSuperclass()) {
                Integer code = BY_CLASS.get(type.getName());
                if (code != null) {
                    return code;
                }
            }
        }
        return ExitCode.USER;
    }

    private static List<WorkerMessage.Frame> frames(Throwable thrown) {
        List<WorkerMessage.Frame> frames = new ArrayList<>();
        for (StackTraceElement element : thrown.getStackTrace()) {
            if (frames.size() < FRAMES_MAX) {
                frames.add(new WorkerMessage.Frame(element.toString(), isUser(element)));
            }
        }
        return frames;
    }

    private static boolean hasUserFrame(Throwable thrown) {
        return java.util.Arrays.stream(thrown.getStackTrace()).anyMatch(Failures::isUser);
    }

    private static boolean isUser(StackTraceElement element) {
        String name = element.getClassName();
        return name.startsWith(EXAMPLES) || FRAMEWORK.stream().noneMatch(name::startsWith);
    }
}
