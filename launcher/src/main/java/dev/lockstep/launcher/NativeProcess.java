package dev.lockstep.launcher;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/** The few calls of the C library that Java has no word for. Linux. */
public final class NativeProcess {
    private static final int PR_SET_PDEATHSIG = 1;
    private static final int SIGINT = 2;
    private static final int SIGKILL = 9;

    private NativeProcess() {}

    /**
     * Leaves the terminal's process group, so that Ctrl-C reaches the agent alone, and asks the kernel to kill this
     * process when the thread that started it is gone: belt and braces beside the link.
     */
    public static void detachFromTerminalAndDieWithParent() {
        call("setsid", FunctionDescriptor.of(ValueLayout.JAVA_INT));
        call(
                "prctl",
                FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG),
                PR_SET_PDEATHSIG,
                (long) SIGKILL);
    }

    /** Ends this process as {@code kill -9} would; for tests of recovery. */
    public static void killSelf() {
        call(
                "kill",
                FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT),
                (int) ProcessHandle.current().pid(),
                SIGKILL);
    }

    /** Gives SIGINT its default meaning again where a shell had it ignored for a background job. */
    public static void restoreInterrupt() {
        call(
                "signal",
                FunctionDescriptor.of(ValueLayout.JAVA_LONG, ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG),
                SIGINT,
                0L);
    }

    @SuppressWarnings("restricted") // Native access is what this class is for.
    private static void call(String name, FunctionDescriptor signature, Object... arguments) {
        Linker linker = Linker.nativeLinker();
        MethodHandle function =
                linker.downcallHandle(linker.defaultLookup().find(name).orElseThrow(), signature);
        try {
            function.invokeWithArguments(arguments);
        } catch (Throwable e) {
            throw new AssertionError(name + ": " + e, e);
        }
    }
}
