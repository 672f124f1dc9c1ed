package dev.lockstep.launcher.agent;

import dev.lockstep.launcher.ExitCode;
import dev.lockstep.launcher.NativeProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Hands signals to an agent: the first asks for an end in good order, the second for one at once. SIGHUP that was
 * ignored at the start stays ignored ({@code nohup}); SIGINT that a shell had ignored for a background job is taken
 * back, since whoever sends it to a launcher means it. The JDK's signal class is reached by reflection: javac warns of
 * its name.
 */
public final class Signals {
    private static final int SIGINT = 2;

    private Signals() {}

    /** Hands this process' signals to an agent from now on. */
    public static void handToAgent(Agent agent) {
        AtomicInteger count = new AtomicInteger();
        if (isIgnored(SIGINT)) {
            NativeProcess.restoreInterrupt();
        }
        handle("INT", () -> agent.interrupt("Ctrl-C", ExitCode.INTERRUPTED, count.incrementAndGet() > 1));
        handle("TERM", () -> agent.interrupt("SIGTERM", ExitCode.TERMINATED, count.incrementAndGet() > 1));
        if (!isIgnored(1)) {
            handle("HUP", () -> agent.interrupt("SIGHUP", ExitCode.HUNG_UP, count.incrementAndGet() > 1));
        }
    }

    private static boolean isIgnored(int signal) {
        try {
            for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
                if (line.startsWith("SigIgn:")) {
                    long mask = Long.parseUnsignedLong(
                            line.substring("SigIgn:".length()).strip(), 16);
                    return (mask >> (signal - 1) & 1) == 1;
                }
            }
            return false;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read /proc/self/status", e);
        }
    }

    private static void handle(String name, Runnable action) {
        try {
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handler = Class.forName("sun.misc.SignalHandler");
            Object proxy = Proxy.newProxyInstance(
                    handler.getClassLoader(), new Class<?>[] {handler}, (self, method, arguments) -> {
                        if (method.getName().equals("handle")) {
                            action.run();
                            return null;
                        }
                        return method.getName().equals("hashCode")
                                ? (Object) System.identityHashCode(self)
                                : (Object) false;
                    });
            Method handle = signal.getMethod("handle", signal, handler);
            handle.invoke(null, signal.getConstructor(String.class).newInstance(name), proxy);
        } catch (ReflectiveOperationException e) {
            throw new LinkageError("signals: SIG" + name + " cannot be handled", e);
        }
    }
}
