package dev.lockstep.launcher.agent;

import dev.lockstep.cluster.WorkerId;
import dev.lockstep.launcher.ExitCode;
import dev.lockstep.launcher.LaunchException;
import dev.lockstep.launcher.link.LinkServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Starts workers and reaps them. Starting happens on the agent's thread, which lives as long as the agent: a child that
 * asked to die with its parent dies with the thread that started it.
 */
final class Nursery implements AutoCloseable {
    private static final long REAP_SECONDS_MAX = 60;

    private final AgentSetup setup;
    private final LinkServer links;
    private final String token;
    private final Inbox inbox;
    private final LongSupplier nanoClock;
    private final DeathWatch watch = new DeathWatch();

    Nursery(AgentSetup setup, LinkServer links, String token, Inbox inbox, LongSupplier nanoClock) {
        this.setup = setup;
        this.links = links;
        this.token = token;
        this.inbox = inbox;
        this.nanoClock = nanoClock;
    }

    Child start(int localRank) {
        WorkerId id = new WorkerId(Names.randomId());
        Path logs = setup.logsOf(localRank);
        Path blackBox = links.folder().resolve("box-" + id.value());
        try {
            Files.createDirectories(logs);
            Process process = builder(localRank, id, logs, blackBox).start();
            Child child = new Child(id, localRank, logs, blackBox, process);
            watchOver(child);
            return child;
        } catch (IOException e) {
            throw new LaunchException(
                    ExitCode.ENVIRONMENT,
                    "cannot start worker " + localRank + " with logs in " + logs + ": " + e.getMessage(),
                    e);
        }
    }

    @Override
    public void close() {
        watch.close();
    }

    private ProcessBuilder builder(int localRank, WorkerId id, Path logs, Path blackBox) {
        ProcessBuilder builder = new ProcessBuilder(setup.lineOf(localRank));
        Map<String, String> environment = builder.environment();
        environment.remove("LOCKSTEP_TOKEN"); // The job's secret goes over the link, not through the environment.
        environment.remove("JAVA_TOOL_OPTIONS");
        environment.putAll(setup.ranksOf(localRank));
        environment.putAll(setup.environment());
        environment.put("LOCKSTEP_LINK", links.socket().toString());
        environment.put("LOCKSTEP_LINK_TOKEN", token);
        environment.put("LOCKSTEP_WORKER", id.value());
        environment.put("LOCKSTEP_LOGS", logs.toAbsolutePath().toString());
        environment.put("LOCKSTEP_BLACK_BOX", blackBox.toString());
        builder.redirectOutput(logs.resolve("stdout.log").toFile());
        builder.redirectError(logs.resolve("stderr.log").toFile());
        builder.redirectInput(Path.of("/dev/null").toFile());
        return builder;
    }

    private void watchOver(Child child) {
        Runnable onDeath = () -> {
            long evidence = nanoClock.getAsLong();
            Thread.ofPlatform().daemon().name("reaper").start(() -> reap(child, evidence));
        };
        try {
            watch.watch(child.pid(), onDeath);
        } catch (IOException e) {
            onDeath.run(); // It is gone already.
        }
    }

    /** Kills what is dying anyway, waits until the kernel has freed it, and only then reports. */
    private void reap(Child child, long evidenceNanos) {
        try {
            boolean exited = child.process.waitFor(50, TimeUnit.MILLISECONDS);
            if (!exited) {
                child.process.destroyForcibly();
                exited = child.process.waitFor(REAP_SECONDS_MAX, TimeUnit.SECONDS);
            }
            int code = exited ? child.process.exitValue() : -1;
            inbox.put(new AgentInput.Exited(child.id.value(), code, evidenceNanos));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
