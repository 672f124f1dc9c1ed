package dev.lockstep.launcher.agent;

import dev.lockstep.cluster.Agreement;
import dev.lockstep.cluster.ClusterEffect;
import dev.lockstep.cluster.ClusterEvent;
import dev.lockstep.cluster.Generation;
import dev.lockstep.cluster.Incident;
import dev.lockstep.cluster.Member;
import dev.lockstep.cluster.UserFailure;
import dev.lockstep.cluster.WorkPoint;
import dev.lockstep.launcher.ExitCode;
import dev.lockstep.launcher.LaunchException;
import dev.lockstep.launcher.link.AgentMessage;
import dev.lockstep.launcher.link.Link;
import dev.lockstep.launcher.link.LinkServer;
import dev.lockstep.launcher.link.WorkerMessage;
import java.io.IOException;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Runs the workers of one machine. One thread, the one that calls {@link #run}, starts the workers, takes what happens
 * from a queue and acts; {@link #decided} and {@link #interrupt} may be called from any.
 */
public final class Agent {
    private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
    private static final long STOP_GRACE_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    /** For the hooks of a program that has returned or thrown. */
    private static final long EXIT_GRACE_NANOS = TimeUnit.SECONDS.toNanos(10);

    private enum Phase {
        RUNNING,
        COMPLETING,
        STOPPING
    }

    private final AgentSetup setup;
    private final RunListener listener;
    private final LongSupplier nanoClock;
    private final Inbox inbox;
    private final Children children = new Children();
    private final Departures departures = new Departures();
    private final Control control;
    private Phase phase = Phase.RUNNING;
    private int exitCode = ExitCode.OK;
    private long killAtNanos;
    private @Nullable Generation current;
    private long formedGeneration;

    /** Makes an agent; {@code control} is given the consumer of the coordinator's decisions. */
    public Agent(
            AgentSetup setup,
            RunListener listener,
            Function<? super Agent, ? extends Control> control,
            LongSupplier nanoClock) {
        this.setup = setup;
        this.listener = listener;
        this.nanoClock = nanoClock;
        this.inbox = new Inbox(nanoClock);
        this.control = control.apply(this);
    }

    /** Hands over a decision of the coordinator; it is carried out on the agent's thread, at once if called from it. */
    public void decided(ClusterEffect effect) {
        inbox.put(new AgentInput.Decided(effect));
    }

    /** Asks for the end of the run: in good order, or at once. */
    public void interrupt(String signal, int exitCode, boolean now) {
        inbox.put(new AgentInput.Interrupted(signal, exitCode, now));
    }

    /**
     * Starts the workers and stays until the last one is reaped.
     *
     * @return the exit code of the run
     * @throws LaunchException if workers cannot be started
     */
    public int run() {
        String token = Names.randomId();
        try (LinkServer links = LinkServer.open(token, inbox);
                Nursery nursery = new Nursery(setup, links, token, inbox, nanoClock)) {
            try {
                startWorkers(nursery);
                loop();
            } finally {
                children.killAll();
            }
            return exitCode;
        } catch (IOException e) {
            throw new LaunchException(
                    ExitCode.ENVIRONMENT,
                    "cannot open the workers' link in the temporary folder: " + e.getMessage(),
                    e);
        }
    }

    private void startWorkers(Nursery nursery) {
        control.send(new ClusterEvent.AgentJoined(setup.id(), setup.host(), setup.workers()));
        for (int localRank = 0; localRank < setup.workers(); localRank++) {
            children.add(nursery.start(localRank));
        }
        for (Child child : children.all()) {
            control.send(
                    new ClusterEvent.WorkerStarted(child.id, setup.id(), setup.host(), child.pid(), child.localRank));
        }
    }

    private void loop() {
        try {
            while (!isOver()) {
                inbox.take(control.waitNanos(POLL_NANOS)).ifPresent(this::handle);
                control.tick();
                listener.tick();
                departures.due(nanoClock.getAsLong()).forEach(this::concluded);
                killStragglers();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            exitCode = ExitCode.INTERRUPTED;
        }
    }

    private boolean isOver() {
        return children.areAllGone() && (phase != Phase.RUNNING || children.haveAllEndedWithoutTraining());
    }

    private void handle(AgentInput input) {
        switch (input) {
            case AgentInput.Connected(var worker, var link) -> connected(children.get(worker), link);
            case AgentInput.Said(var worker, var message, var atNanos) -> said(children.get(worker), message, atNanos);
            case AgentInput.Disconnected(var worker, var _, var atNanos) -> disconnected(children.get(worker), atNanos);
            case AgentInput.Exited(var worker, var code, var evidence) ->
                departures
                        .exited(children.get(worker), code, evidence, nanoClock.getAsLong())
                        .ifPresent(this::concluded);
            case AgentInput.Decided(var effect) -> perform(effect);
            case AgentInput.Interrupted interrupted -> interrupted(interrupted);
        }
    }

    private void connected(Child child, Link<AgentMessage, WorkerMessage> link) {
        child.link = link;
        child.connected = true;
        link.send(setup.welcome().apply(child.localRank));
    }

    /** The end of the stream means death: what closes it and lives on is killed, unless it has said its last words. */
    private void disconnected(Child child, long atNanos) {
        child.link = null;
        if (child.ended || child.failure != null) {
            child.killAtNanos = atNanos + EXIT_GRACE_NANOS;
        } else {
            child.process.destroyForcibly();
        }
        departures.disconnected(child, atNanos).ifPresent(this::concluded);
    }

    private void said(Child child, WorkerMessage message, long atNanos) {
        switch (message) {
            case WorkerMessage.Ready ready -> ready(child, ready);
            case WorkerMessage.Unreachable unreachable -> unreachable(child, unreachable);
            case WorkerMessage.Formed formed -> formed(formed, atNanos);
            case WorkerMessage.Done done ->
                control.send(new ClusterEvent.WorkerDone(
                        child.id, done.generation(), done.lastSequence(), done.weightsSha256()));
            case WorkerMessage.Failed failed -> failed(child, failed);
            case WorkerMessage.Ended _ -> child.ended = true;
            case WorkerMessage.Hello _ -> child.process.destroyForcibly(); // A second hello: not our worker any more.
            case WorkerMessage.Started _,
                    WorkerMessage.Step _,
                    WorkerMessage.Evaluated _,
                    WorkerMessage.Summary _,
                    WorkerMessage.Remark _ -> listener.progress(message);
        }
    }

    private void ready(Child child, WorkerMessage.Ready ready) {
        child.joined = true;
        Member member =
                new Member(child.id, setup.id(), setup.host(), child.pid(), child.localRank, ready.dataAddress());
        Agreement agreement = new Agreement(ready.virtualRanks(), ready.planDigest(), ready.numericsFingerprint());
        control.send(new ClusterEvent.WorkerReady(member, agreement));
    }

    private void unreachable(Child child, WorkerMessage.Unreachable message) {
        Generation generation = current;
        if (generation == null || generation.number() != message.generation()) {
            return;
        }
        departures.noteEvidence(nanoClock.getAsLong());
        var accused = generation.members().get(message.rank()).id();
        control.send(new ClusterEvent.PeerUnreachable(
                child.id, accused, message.generation(), Causes.place(child), message.cause()));
    }

    private void formed(WorkerMessage.Formed message, long atNanos) {
        Generation generation = current;
        if (generation == null
                || generation.number() != message.generation()
                || formedGeneration >= message.generation()) {
            return; // Overtaken by a newer generation, or another worker was first.
        }
        formedGeneration = message.generation();
        OptionalDouble recovery = departures.takeEvidence().stream()
                .mapToDouble(evidence -> (atNanos - evidence) / 1e6)
                .findFirst();
        listener.formed(generation, recovery);
    }

    private void failed(Child child, WorkerMessage.Failed failed) {
        child.failure = failed;
        UserFailure failure =
                new UserFailure(failed.exception(), failed.message(), failed.exitCode(), Causes.place(child));
        if (phase == Phase.COMPLETING) {
            failedAfterCompletion(child, failure);
        } else {
            control.send(new ClusterEvent.WorkerFailed(child.id, failure));
        }
    }

    private void failedAfterCompletion(Child child, UserFailure failure) {
        int rank = current == null ? child.localRank : current.rankOf(child.id).orElse(child.localRank);
        String cause = failure.type() + ": " + failure.message();
        listener.incident(
                new Incident(Incident.Severity.FAILURE, rank, setup.host(), child.pid(), failure.at(), cause),
                Optional.of(child.detail()));
        stop(failure.exitCode(), "rank " + rank + " failed after training: " + cause);
    }

    /** A child is reaped and its link is drained: what it meant. */
    private void concluded(Departures.Departure departure) {
        Child child = departure.child();
        child.reaped = true;
        if (phase == Phase.STOPPING || child.failure != null || endedInOrder(child, departure.code())) {
            return;
        }
        Optional<UserFailure> failure = Causes.failure(child, departure.code());
        if (phase == Phase.COMPLETING) {
            diedAfterCompletion(child, departure.code());
        } else if (failure.isPresent()) {
            control.send(new ClusterEvent.WorkerFailed(child.id, failure.get()));
        } else {
            departures.noteEvidence(child.evidenceNanos);
            WorkPoint at = Causes.place(child);
            control.send(new ClusterEvent.WorkerDied(child.id, Causes.ofExit(departure.code()), at));
        }
    }

    /** In order is to exit after training is complete, or to return from a program that does not train at all. */
    private boolean endedInOrder(Child child, int code) {
        return code == ExitCode.OK && (phase == Phase.COMPLETING || (child.ended && children.nobodyTrains()));
    }

    /** Only the leader still has something to do after the last step: it saves. */
    private void diedAfterCompletion(Child child, int code) {
        int rank = current == null ? child.localRank : current.rankOf(child.id).orElse(child.localRank);
        String cause = Causes.ofExit(code) + " after the last step";
        var severity = rank == 0 ? Incident.Severity.FAILURE : Incident.Severity.WARNING;
        listener.incident(
                new Incident(severity, rank, setup.host(), child.pid(), Causes.place(child), cause),
                Optional.of(child.detail()));
        if (rank == 0) {
            stop(ExitCode.LOST, "rank 0: " + cause);
        }
    }

    private void perform(ClusterEffect effect) {
        switch (effect) {
            case ClusterEffect.WriteGeneration _ -> throw new AssertionError("agent: only the coordinator writes");
            case ClusterEffect.Announce(var generation) -> announce(generation);
            case ClusterEffect.Finish(var code, var reason) -> finish(code, reason);
            case ClusterEffect.Report(var incident) ->
                listener.incident(incident, children.detailOf(incident, setup.host()));
            case ClusterEffect.KillWorker(var worker, var _, var _) ->
                children.find(worker.value()).ifPresent(child -> child.process.destroyForcibly());
        }
    }

    private void announce(Generation generation) {
        current = generation;
        listener.announced(generation);
        for (Child child : children.all()) {
            generation.rankOf(child.id).ifPresent(rank -> child.say(Forms.of(generation, rank)));
        }
    }

    private void finish(int code, String reason) {
        if (code != ExitCode.OK) {
            stop(code, reason);
            return;
        }
        if (phase == Phase.RUNNING) {
            phase = Phase.COMPLETING;
            long last = current == null ? 1 : current.number() + 1;
            children.say(new AgentMessage.Complete(last));
        }
    }

    private void stop(int code, String reason) {
        if (phase == Phase.STOPPING) {
            return;
        }
        phase = Phase.STOPPING;
        exitCode = code;
        listener.stopping(code, reason);
        killAtNanos = nanoClock.getAsLong() + STOP_GRACE_NANOS;
        children.say(new AgentMessage.Stop(reason));
    }

    private void interrupted(AgentInput.Interrupted interrupted) {
        if (phase == Phase.RUNNING) {
            control.send(new ClusterEvent.StopRequested(interrupted.signal(), interrupted.exitCode()));
        }
        if (phase != Phase.STOPPING) {
            stop(interrupted.exitCode(), interrupted.signal());
        }
        if (interrupted.now()) {
            killAtNanos = nanoClock.getAsLong();
        }
    }

    private void killStragglers() {
        long now = nanoClock.getAsLong();
        children.killStragglers(now);
        if (phase == Phase.STOPPING && now >= killAtNanos) {
            children.killAll();
        }
    }
}
