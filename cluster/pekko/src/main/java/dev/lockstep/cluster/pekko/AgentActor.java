package dev.lockstep.cluster.pekko;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.lockstep.cluster.AttemptId;
import dev.lockstep.cluster.ClusterEvent;
import dev.lockstep.cluster.Generation;
import dev.lockstep.cluster.Incident;
import dev.lockstep.cluster.JobSpec;
import dev.lockstep.cluster.WorkerId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;

/**
 * Speaks for the workers of one machine: tells every coordinator that lives what happens to them, and tells a new one
 * all of it again; hands a coordinator's word to the {@link AgentPort}. It is its node's guardian.
 *
 * <p>Note [Words that get lost]. Pekko drops messages when a connection breaks, and nothing tells the sender. So agent
 * and coordinator number what they tell each other, say how much they have heard, and send again on a timer what the
 * other has not ({@link dev.lockstep.cluster.Outbox}, {@link dev.lockstep.cluster.Inbox}).
 */
final class AgentActor extends AbstractBehavior<AgentActor.Message> {

    static final Duration RESEND_INTERVAL = Duration.ofMillis(200);

    /** What an agent is told. */
    sealed interface Message {}

    /** What a coordinator sends; refused if it is of another attempt. */
    sealed interface FromCoordinator extends Message, ControlMessage {
        AttemptId attempt();
    }

    /** Something happened on this machine. */
    record Report(ClusterEvent event) implements Message {}

    /** Time to send again what was not heard. */
    record Resend() implements Message {}

    /** A coordinator is no more. */
    record Gone(ActorRef<CoordinatorActor.Message> coordinator) implements Message {}

    /** A coordinator introduces itself and says what is run, until it is answered. */
    record Hello(JobSpec job, ActorRef<CoordinatorActor.Message> coordinator) implements FromCoordinator {
        @Override
        public AttemptId attempt() {
            return job.attempt();
        }
    }

    /** What a coordinator has to say, {@code first} being the number of the first word. */
    record Words(AttemptId attempt, ActorRef<CoordinatorActor.Message> from, long first, List<Word> words)
            implements FromCoordinator {}

    /** A coordinator has heard so many of the events reported to it. */
    record Heard(AttemptId attempt, ActorRef<CoordinatorActor.Message> from, long count) implements FromCoordinator {}

    /** A coordinator's word. */
    @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "word")
    @JsonSubTypes({
        @JsonSubTypes.Type(value = Announced.class, name = "announced"),
        @JsonSubTypes.Type(value = Kill.class, name = "kill"),
        @JsonSubTypes.Type(value = Shown.class, name = "shown"),
        @JsonSubTypes.Type(value = Finished.class, name = "finished"),
    })
    sealed interface Word {}

    /** A generation is written. */
    record Announced(Generation generation) implements Word {}

    /** A worker is given up. */
    record Kill(WorkerId worker, String why) implements Word {}

    /** Something to show. */
    record Shown(Incident incident) implements Word {}

    /** The run is over. */
    record Finished(int exitCode, String reason) implements Word {}

    /** What an agent needs of its node; {@code job} completes with the first coordinator's word. */
    record Environment(NodeOptions options, AgentPort port, CompletableFuture<JobSpec> job, Post post) {}

    private final Environment environment;
    private final List<ClusterEvent> journal = new ArrayList<>();
    private final Map<ActorRef<CoordinatorActor.Message>, Correspondence<CoordinatorActor.Message, ClusterEvent>>
            coordinators = new LinkedHashMap<>();
    private long generation;
    private boolean finished;

    private AgentActor(ActorContext<Message> context, Environment environment) {
        super(context);
        this.environment = environment;
        NodeOptions options = environment.options();
        journal.add(new ClusterEvent.AgentJoined(options.agent(), options.host(), options.slots()));
    }

    static Behavior<Message> create(Environment environment) {
        return Behaviors.withTimers(timers -> {
            timers.startTimerWithFixedDelay(new Resend(), RESEND_INTERVAL);
            return Behaviors.setup(context -> new AgentActor(context, environment));
        });
    }

    @Override
    public Receive<Message> createReceive() {
        return newReceiveBuilder()
                .onMessage(Report.class, this::onReport)
                .onMessage(Resend.class, this::onResend)
                .onMessage(Gone.class, this::onGone)
                .onMessage(FromCoordinator.class, this::onWord)
                .build();
    }

    private Behavior<Message> onReport(Report report) {
        journal.add(report.event());
        coordinators.values().forEach(known -> {
            known.out().add(report.event());
            send(known);
        });
        return this;
    }

    private Behavior<Message> onResend(Resend resend) {
        coordinators.values().forEach(this::send);
        return this;
    }

    private Behavior<Message> onGone(Gone gone) {
        coordinators.remove(gone.coordinator());
        return this;
    }

    private Behavior<Message> onWord(FromCoordinator word) {
        AttemptId known = environment.job().isDone() ? attempt() : word.attempt();
        if (!known.equals(word.attempt())) {
            getContext().getLog().warn("refused a message of attempt {}, this is attempt {}", word.attempt(), known);
            return this;
        }
        switch (word) {
            case Hello hello -> meet(hello);
            case Words words -> hear(words);
            case Heard heard -> noteHeard(heard);
        }
        return this;
    }

    private void meet(Hello hello) {
        environment.job().complete(hello.job());
        ActorRef<CoordinatorActor.Message> coordinator = hello.coordinator();
        var known = coordinators.get(coordinator);
        if (known == null) {
            known = Correspondence.with(coordinator);
            journal.forEach(known.out()::add);
            coordinators.put(coordinator, known);
            getContext().watchWith(coordinator, new Gone(coordinator));
        }
        send(known);
    }

    /** Says that it has heard before it obeys: the node may be gone after that. */
    private void hear(Words words) {
        var known = coordinators.get(words.from());
        if (known == null) {
            return; // Its hello was lost, and will be said again.
        }
        List<Word> fresh = known.in().accept(words.first(), words.words());
        environment
                .post()
                .send(
                        known.peer(),
                        new CoordinatorActor.Heard(
                                attempt(),
                                environment.options().agent(),
                                known.in().heard()));
        fresh.forEach(this::obey);
    }

    private void noteHeard(Heard heard) {
        var known = coordinators.get(heard.from());
        if (known != null) {
            known.out().heard(heard.count());
        }
    }

    private void obey(Word word) {
        AgentPort port = environment.port();
        if (finished) {
            return;
        }
        switch (word) {
            case Announced announced -> enter(announced.generation());
            case Kill kill -> port.kill(kill.worker(), kill.why());
            case Shown shown -> port.incident(shown.incident());
            case Finished end -> {
                finished = true;
                port.finished(end.exitCode(), end.reason());
            }
        }
    }

    private void enter(Generation announced) {
        if (announced.number() > generation) {
            generation = announced.number();
            journal.removeIf(event -> isOver(event, generation));
            environment.port().announced(announced);
        }
    }

    private void send(Correspondence<CoordinatorActor.Message, ClusterEvent> known) {
        if (!known.out().isEmpty()) {
            var report = new CoordinatorActor.Reported(
                    attempt(),
                    environment.options().agent(),
                    getContext().getSelf(),
                    known.out().first(),
                    known.out().due());
            environment.post().send(known.peer(), report);
        }
    }

    private AttemptId attempt() {
        return environment.job().join().attempt();
    }

    /** Tells whether an event concerns only generations that are gone: no new coordinator needs to hear it. */
    private static boolean isOver(ClusterEvent event, long generation) {
        return switch (event) {
            case ClusterEvent.PeerUnreachable unreachable -> unreachable.generation() < generation;
            case ClusterEvent.WorkerDone done -> done.generation() < generation;
            default -> false;
        };
    }
}
