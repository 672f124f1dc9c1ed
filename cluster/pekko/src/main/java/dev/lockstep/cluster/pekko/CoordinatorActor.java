package dev.lockstep.cluster.pekko;

import dev.lockstep.cluster.AgentId;
import dev.lockstep.cluster.AttemptId;
import dev.lockstep.cluster.ClusterEffect;
import dev.lockstep.cluster.ClusterEvent;
import dev.lockstep.cluster.ClusterState;
import dev.lockstep.cluster.Coordinator;
import dev.lockstep.cluster.Decision;
import dev.lockstep.cluster.Generation;
import dev.lockstep.cluster.GenerationRegister;
import dev.lockstep.cluster.JobSpec;
import dev.lockstep.cluster.Timer;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.DispatcherSelector;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;
import org.jspecify.annotations.Nullable;

/**
 * Drives the state machine among the agents of a cluster. There is one at a time, or two for a moment; it keeps nothing
 * that its successor cannot learn from the register and from the agents.
 */
final class CoordinatorActor extends AbstractBehavior<CoordinatorActor.Message> {

    private static final Duration GREETING_INTERVAL = Duration.ofMillis(100);
    private static final Duration REGISTER_RETRY = Duration.ofMillis(500);
    private static final Duration LAST_WORD_LIMIT = Duration.ofSeconds(2);

    /** What a coordinator is told. */
    sealed interface Message {}

    /** What an agent sends; refused if it is of another attempt. */
    sealed interface FromAgent extends Message, ControlMessage {
        AttemptId attempt();
    }

    /** What happened to an agent and its workers, {@code first} being the number of the first event. */
    record Reported(
            AttemptId attempt, AgentId agent, ActorRef<AgentActor.Message> from, long first, List<ClusterEvent> events)
            implements FromAgent {}

    /** An agent has heard so many of the words said to it. */
    record Heard(AttemptId attempt, AgentId agent, long count) implements FromAgent {}

    /** The register has said what it holds. */
    record Opened(Optional<Generation> latest) implements Message {}

    /** The register has answered a proposal. */
    record Answered(ClusterEvent event) implements Message {}

    /** The register did not answer: ask again. */
    record RegisterFailed(Message retry, Throwable cause) implements Message {}

    /** Time to read the register. */
    record Open() implements Message {}

    /** Time to write a proposal. */
    record Write(Generation proposal) implements Message {}

    /** A deadline of the state machine has passed. */
    record Due(Timer timer) implements Message {}

    /** Time to look who is there. */
    record LookAround() implements Message {}

    /** All agents have had time to hear that the run is over. */
    record LastWord() implements Message {}

    /**
     * What a coordinator needs of its node.
     *
     * @param job what is run, unknown on a node that has never met a coordinator
     * @param register where generations are written
     * @param clock nanoseconds
     * @param post how words go out
     * @param leaving whether the node is being closed
     */
    record Environment(
            Supplier<Optional<JobSpec>> job,
            GenerationRegister register,
            LongSupplier clock,
            Post post,
            BooleanSupplier leaving) {}

    private final JobSpec job;
    private final Environment environment;
    private final TimerScheduler<Message> timers;
    private final AgentDirectory agents;
    private final Executor blocking;
    private final Set<AgentId> toldTheEnd = new LinkedHashSet<>();
    private @Nullable ClusterState state;
    private @Nullable Generation announced;

    private CoordinatorActor(
            ActorContext<Message> context, TimerScheduler<Message> timers, JobSpec job, Environment environment) {
        super(context);
        this.job = job;
        this.environment = environment;
        this.timers = timers;
        this.agents = new AgentDirectory(context, job.attempt(), environment.post());
        this.blocking = context.getSystem().dispatchers().lookup(DispatcherSelector.blocking());
        context.getSelf().tell(new Open());
    }

    static Behavior<Message> create(Environment environment) {
        return Behaviors.setup(context -> environment
                .job()
                .get()
                .<Behavior<Message>>map(
                        job -> Behaviors.withTimers(timers -> new CoordinatorActor(context, timers, job, environment)))
                .orElseGet(() -> {
                    context.getLog().error("the founding agent was lost before it said what to run");
                    return Behaviors.empty();
                }));
    }

    @Override
    public Receive<Message> createReceive() {
        return newReceiveBuilder()
                .onMessage(FromAgent.class, this::onAgent)
                .onMessage(Answered.class, answered -> apply(answered.event()))
                .onMessage(Due.class, due -> apply(new ClusterEvent.TimedOut(due.timer())))
                .onMessage(LookAround.class, look -> lookAround())
                .onMessage(Open.class, this::onOpen)
                .onMessage(Opened.class, this::onOpened)
                .onMessage(Write.class, this::onWrite)
                .onMessage(RegisterFailed.class, this::onRegisterFailed)
                .onMessage(LastWord.class, last -> tellOwnAgentTheEnd())
                .build();
    }

    private Behavior<Message> onOpen(Open open) {
        var read = CompletableFuture.supplyAsync(() -> environment.register().latest(job.attempt()), blocking);
        getContext()
                .pipeToSelf(
                        read,
                        (latest, failure) -> latest != null ? new Opened(latest) : new RegisterFailed(open, failure));
        return this;
    }

    /** Begins work: before this no agent was greeted, so nothing was missed. */
    private Behavior<Message> onOpened(Opened opened) {
        long now = environment.clock().getAsLong();
        timers.startTimerWithFixedDelay(new LookAround(), GREETING_INTERVAL);
        perform(opened.latest()
                .map(latest -> Coordinator.resume(job, latest, now))
                .orElseGet(() -> Coordinator.start(job, now)));
        return lookAround();
    }

    /** A node that is being closed hears nobody any more, and must not decide from that who is lost. */
    private Behavior<Message> onWrite(Write write) {
        if (environment.leaving().getAsBoolean()) {
            return this;
        }
        var answer =
                CompletableFuture.supplyAsync(() -> environment.register().createIfAbsent(write.proposal()), blocking);
        getContext()
                .pipeToSelf(
                        answer,
                        (result, failure) ->
                                result != null ? new Answered(result.toEvent()) : new RegisterFailed(write, failure));
        return this;
    }

    /** Asks again and again; the state machine's own deadline ends the run if it was a proposal. */
    private Behavior<Message> onRegisterFailed(RegisterFailed failed) {
        getContext().getLog().warn("the generation register cannot be reached, trying again", failed.cause());
        timers.startSingleTimer(failed.retry(), REGISTER_RETRY);
        return this;
    }

    private Behavior<Message> onAgent(FromAgent message) {
        if (!message.attempt().equals(job.attempt())) {
            getContext().getLog().warn("refused a message of attempt {}", message.attempt());
            return this;
        }
        switch (message) {
            case Reported reported -> onReported(reported);
            case Heard heard -> {
                agents.heard(heard.agent(), heard.count());
                closeIfAllHaveHeard();
            }
        }
        return this;
    }

    private void onReported(Reported reported) {
        boolean isNew = agents.meet(reported.agent(), reported.from());
        if (isNew && announced != null) {
            agents.tell(reported.agent(), new AgentActor.Announced(announced));
        }
        List<ClusterEvent> fresh = agents.accept(reported);
        if (isNew && outcome() != null) {
            tellTheEnd();
        }
        fresh.forEach(this::apply);
    }

    private Behavior<Message> apply(ClusterEvent event) {
        if (state != null && !state.finished()) {
            perform(Coordinator.apply(state, event, environment.clock().getAsLong()));
        }
        return this;
    }

    /** Greets strangers, says again what was not heard, and counts agents as lost that the cluster no longer has. */
    private Behavior<Message> lookAround() {
        agents.resend();
        agents.greet(new AgentActor.Hello(job, getContext().getSelf()));
        if (state != null) {
            Set<AgentId> lost = new LinkedHashSet<>();
            state.agents().forEach(agent -> lost.add(agent.id()));
            state.workers().forEach(worker -> lost.add(worker.member().agent()));
            lost.removeAll(agents.present());
            for (AgentId agent : lost) {
                agents.forget(agent);
                apply(new ClusterEvent.AgentLost(agent, "its machine has left the cluster or cannot be reached"));
            }
            closeIfAllHaveHeard();
        }
        return this;
    }

    private void perform(Decision decision) {
        state = decision.next();
        decision.effects().forEach(this::perform);
        state.nextDeadline().ifPresent(due -> {
            long wait = Math.max(0, due.atNanos() - environment.clock().getAsLong());
            timers.startSingleTimer("deadline", new Due(due.timer()), Duration.ofNanos(wait));
        });
    }

    private void perform(ClusterEffect effect) {
        switch (effect) {
            case ClusterEffect.WriteGeneration write -> onWrite(new Write(write.generation()));
            case ClusterEffect.Announce announce -> {
                announced = announce.generation();
                agents.tellAll(new AgentActor.Announced(announce.generation()));
            }
            case ClusterEffect.KillWorker kill ->
                agents.tell(kill.agent(), new AgentActor.Kill(kill.worker(), kill.why()));
            case ClusterEffect.Report report -> agents.tellAll(new AgentActor.Shown(report.incident()));
            case ClusterEffect.Finish finish -> tellTheEnd();
        }
    }

    /** Tells the other agents first: this node may be gone the moment that its own agent knows. */
    private void tellTheEnd() {
        agents.others().forEach(this::tellTheEnd);
        timers.startSingleTimer(new LastWord(), LAST_WORD_LIMIT);
        closeIfAllHaveHeard();
    }

    private void tellTheEnd(AgentId agent) {
        ClusterEffect.Finish outcome = outcome();
        if (outcome != null && agents.hasMet(agent) && toldTheEnd.add(agent)) {
            agents.tell(agent, new AgentActor.Finished(outcome.exitCode(), outcome.reason()));
        }
    }

    private void closeIfAllHaveHeard() {
        if (outcome() != null && agents.othersHaveHeardAll()) {
            tellOwnAgentTheEnd();
        }
    }

    private Behavior<Message> tellOwnAgentTheEnd() {
        agents.own().ifPresent(this::tellTheEnd);
        return this;
    }

    private ClusterEffect.@Nullable Finish outcome() {
        return state == null ? null : state.outcome();
    }
}
