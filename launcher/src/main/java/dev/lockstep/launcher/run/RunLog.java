package dev.lockstep.launcher.run;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lockstep.cluster.Generation;
import dev.lockstep.cluster.Incident;
import dev.lockstep.cluster.Member;
import dev.lockstep.launcher.agent.RunListener;
import dev.lockstep.launcher.link.LogTail;
import dev.lockstep.launcher.link.WorkerMessage;
import dev.lockstep.launcher.machines.RelayedProgress;
import java.util.Optional;
import java.util.OptionalDouble;

/** Writes what happens in a run into its folder and shows it to the user. Confined to the agent's thread. */
final class RunLog implements RunListener {
    private final RunOptions options;
    private final RunFolder folder;
    private final Events events;
    private final Display display;
    private final LogTail printed;
    private final Optional<RelayedProgress> relayed;
    private final Tally tally = new Tally();
    private boolean started;
    private long formed;
    private double lostAtMillis = Double.NaN;

    RunLog(RunOptions options, RunFolder folder, Events events, Display display, LogTail printed) {
        this.options = options;
        this.folder = folder;
        this.events = events;
        this.display = display;
        this.printed = printed;
        this.relayed = options.cluster().machines() > 1
                ? Optional.of(new RelayedProgress(folder.logs(), this::progress))
                : Optional.empty();
    }

    @Override
    public void tick() {
        printed.poll(false);
        relayed.ifPresent(RelayedProgress::poll);
    }

    @Override
    public void announced(Generation generation) {
        tally.generation(generation);
        if (!started) {
            started = true;
            ObjectNode event = Events.object();
            event.put("run_dir", folder.root().toString());
            event.set("workers", workers(generation));
            event.put("virtual_ranks", generation.virtualRanks());
            event.put("threads", options.worker().threadsEach());
            event.put("device", options.job().device());
            events.event("start", event);
            display.started(generation);
        } else {
            display.changed(generation);
        }
    }

    @Override
    public void formed(Generation generation, OptionalDouble recoveryMillis) {
        if (generation.number() <= formed) {
            return; // Another machine was first to say so.
        }
        formed = generation.number();
        OptionalDouble recovery = recoveryMillis.isPresent() ? recoveryMillis : sinceLoss();
        lostAtMillis = Double.NaN;
        ObjectNode event = Events.object();
        event.put("generation", generation.number());
        event.put("step", tally.steps());
        event.put("reason", generation.reason());
        event.put("recovery_ms", Math.round(recovery.orElse(0) * 10) / 10.0);
        event.set("workers", workers(generation));
        events.event("generation", event);
        if (generation.number() > 1) {
            display.recovered(generation, recovery);
        }
    }

    @Override
    public void progress(WorkerMessage message) {
        switch (message) {
            case WorkerMessage.Step step -> step(step);
            case WorkerMessage.Evaluated evaluated -> {
                tally.evaluated(evaluated);
                ObjectNode event = Events.object();
                event.put("step", evaluated.step());
                evaluated.metrics().forEach((name, value) -> Events.put(event, name, value));
                events.event("evaluation", event);
                display.evaluated(evaluated);
            }
            case WorkerMessage.Summary summary -> tally.summary(summary);
            case WorkerMessage.Remark(var text) -> {
                events.event("remark", Events.object().put("message", text));
                display.remark(text);
            }
            case WorkerMessage.Started _ -> {}
            case WorkerMessage.Formed(var number) -> formedElsewhere(number);
            case WorkerMessage.Hello _,
                    WorkerMessage.Ready _,
                    WorkerMessage.Unreachable _,
                    WorkerMessage.Failed _,
                    WorkerMessage.Done _,
                    WorkerMessage.Ended _ -> throw new AssertionError("run: no progress: " + message);
        }
    }

    /** A group works of which this machine has no part. */
    private void formedElsewhere(long number) {
        tally.generation()
                .filter(generation -> generation.number() == number)
                .ifPresent(generation -> formed(generation, OptionalDouble.empty()));
    }

    /** Where this machine saw no evidence of a loss itself, the recovery counts from when it heard of it. */
    private OptionalDouble sinceLoss() {
        return Double.isNaN(lostAtMillis) ? OptionalDouble.empty() : OptionalDouble.of(events.millis() - lostAtMillis);
    }

    @Override
    public void incident(Incident incident, Optional<Detail> detail) {
        int rank = rankOf(incident, detail);
        if (incident.severity() == Incident.Severity.WARNING) {
            display.remark(
                    "rank " + rank + " (" + incident.host() + ", pid " + incident.pid() + "): " + incident.cause());
            return;
        }
        if (Double.isNaN(lostAtMillis)) {
            lostAtMillis = events.millis();
        }
        ObjectNode event = Events.object();
        event.put("rank", rank);
        event.put("host", incident.host());
        event.put("pid", incident.pid());
        long step = stepOf(incident);
        event.put("step", step);
        event.put("operation", incident.at().operation());
        event.put("cause", incident.cause());
        events.event("failure", event);
        display.failed(new Display.Failure(incident, rank, detail, step));
    }

    @Override
    public void stopping(int exitCode, String reason) {
        display.stopping(exitCode, reason);
    }

    /** Writes the last event and shows the summary. */
    void done(int exitCode) {
        double seconds = events.millis() / 1000;
        printed.poll(true);
        relayed.ifPresent(RelayedProgress::poll);
        ObjectNode event = Events.object();
        event.put("exit_code", exitCode);
        event.put("steps", tally.steps());
        event.put("samples", tally.samples());
        Events.put(event, "loss", tally.loss());
        Events.put(event, "accuracy", tally.accuracy());
        Events.put(event, "samples_per_second", tally.samplesPerSecond());
        Events.put(event, "seconds", seconds);
        event.put("weights_sha256", tally.weightsSha256());
        event.put("run_dir", folder.root().toString());
        display.done(exitCode, seconds, tally);
        events.event("done", event);
    }

    private void step(WorkerMessage.Step step) {
        tally.step(step);
        ObjectNode metric = Events.object();
        metric.put("step", step.step());
        Events.put(metric, "loss", step.loss());
        metric.put("seconds", step.seconds());
        metric.put("generation", step.generation());
        events.metric(metric);
        if (step.step() % options.output().logEvery() == 0) {
            double rate = tally.takeSamplesPerSecond();
            ObjectNode event = Events.object();
            event.put("step", step.step());
            event.put("epoch", step.epoch());
            Events.put(event, "loss", step.loss());
            Events.put(event, "samples_per_second", rate);
            events.event("step", event);
        }
        display.stepped(step);
    }

    /**
     * The step that the lost worker noted itself. What the others have reported serves only where it noted none: their
     * messages come by other links, before or after the news of its death.
     */
    private long stepOf(Incident incident) {
        long noted = incident.at().step();
        return noted >= 0 ? noted + 1 : tally.steps() + (started ? 1 : 0);
    }

    /** A worker that dies before the first generation has no rank yet: it is named by its number on the machine. */
    private static int rankOf(Incident incident, Optional<Detail> detail) {
        return incident.rank() >= 0
                ? incident.rank()
                : detail.map(Detail::localRank).orElse(-1);
    }

    private static ArrayNode workers(Generation generation) {
        ArrayNode workers = Events.object().arrayNode();
        for (int rank = 0; rank < generation.worldSize(); rank++) {
            Member member = generation.members().get(rank);
            ObjectNode worker = workers.addObject();
            worker.put("rank", rank);
            worker.put("pid", member.pid());
            worker.put("host", member.host());
            worker.put("virtual_ranks", generation.placement().get(rank).toString());
        }
        return workers;
    }
}
