package dev.lockstep.launcher.agent;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongConsumer;

/**
 * Sees children die within milliseconds: the kernel empties a dying process's memory map first, long before it frees a
 * large memory and the exit can be seen (65 ms a GB). Polls {@code /proc/PID/statm} of each child every 5 ms. Only for
 * children that are not reaped yet, so that no process id is mistaken for another. Thread-safe.
 */
final class DeathWatch implements AutoCloseable {
    private static final long POLL_NANOS = 5_000_000;

    private final Map<Long, Watched> watched = new ConcurrentHashMap<>();
    private final Thread thread;
    private volatile boolean open = true;

    private record Watched(FileChannel statm, Runnable onDeath) {}

    DeathWatch() {
        thread = Thread.ofPlatform().daemon().name("death-watch").start(this::loop);
    }

    /** Calls {@code onDeath} once, from the watch's thread, when the child begins to die. */
    void watch(long pid, Runnable onDeath) throws IOException {
        watched.put(pid, new Watched(FileChannel.open(Path.of("/proc", Long.toString(pid), "statm")), onDeath));
    }

    /** Stops watching a child that was reaped. */
    void forget(long pid) {
        Watched gone = watched.remove(pid);
        if (gone != null) {
            closeQuietly(gone);
        }
    }

    @Override
    public void close() {
        open = false;
        LockSupport.unpark(thread);
    }

    private void loop() {
        ByteBuffer buffer = ByteBuffer.allocateDirect(64);
        LongConsumer check = pid -> check(pid, buffer);
        while (open) {
            watched.keySet().forEach(check::accept);
            LockSupport.parkNanos(POLL_NANOS);
        }
        watched.keySet().forEach(this::forget);
    }

    private void check(long pid, ByteBuffer buffer) {
        Watched child = watched.get(pid);
        if (child != null && isDying(child.statm, buffer)) {
            forget(pid);
            child.onDeath.run();
        }
    }

    /** A process without memory: {@code 0 0 0 0 0 0 0}, or no such process. */
    private static boolean isDying(FileChannel statm, ByteBuffer buffer) {
        buffer.clear();
        try {
            return statm.read(buffer, 0) <= 0 || buffer.get(0) == '0';
        } catch (IOException e) {
            return true;
        }
    }

    private static void closeQuietly(Watched child) {
        try {
            child.statm.close();
        } catch (IOException e) {
            throw new AssertionError("closing a file of /proc", e);
        }
    }
}
