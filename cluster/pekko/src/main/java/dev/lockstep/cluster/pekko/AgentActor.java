package dev.lockstep.cluster.pekko;

import dev.lockstep.cluster.AttemptId;
import dev.lockstep.cluster.ClusterEvent;
import dev.lockstep.cluster.Generation;
import dev.lockstep.cluster.Incident;
import dev.lockstep.cluster.JobSpec;
import dev.lockstep.cluster.WorkerId;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;
import org.jspecify.annotations.Nullable;

/**
 * Speaks for the workers of one machine: tells the coordinator what happens to them, and tells a new coordinator all of
 * it again; hands the coordinator's word to the {@link AgentPort}. It is its node's guardian.
 */
final class AgentActor extends AbstractBehavior<AgentActor.Message> {

    /** What an agent is told. */
    sealed interface Message {}

    /** A word of the coordinator's; refused if it is of another attempt. */
    sealed interface FromCoordinator extends Message, ControlMessage {
        AttemptId attempt();
    }

    /** Something happened on this machine. */
    record Report(ClusterEvent event) implements Message {}

    /** A coordinator introduces itself and says what is run. */
    record Hello(JobSpec job, ActorRef<CoordinatorActor.Message> coordinator) implements FromCoordinator {
        @Override
        public AttemptId attempt() {
            return job.attempt();
        }
    }

    /** A generation is written. */
    record Announced(Generation generation) implements FromCoordinator {
        @Override
        public AttemptId attempt() {
            return generation.attempt();
        }
    }

    /** A worker is given up. */
    record Kill(AttemptId attempt, WorkerId worker, String why) implements FromCoordinator {}

    /** Something to show. */
    record Shown(AttemptId attempt, Incident incident) implements FromCoordinator {}

    /** The run is over. */
    record Finished(AttemptId attempt, int exitCode, String reason) implements FromCoordinator {}

    /** What an agent needs of its node; {@code job} completes with the first coordinator's word. */
    record Environment(NodeOptions options, AgentPort port, CompletableFuture<JobSpec> job) {}

    private final Environment environment;
    private final List<ClusterEvent> journal = new ArrayList<>();
    private @Nullable ActorRef<CoordinatorActor.Message> coordinator;
    private long generation;
    private boolean finished;

    private AgentActor(ActorContext<Message> context, Environment environment) {
        super(context);
        this.environment = environment;
        NodeOptions options = environment.options();
        journal.add(new ClusterEvent.AgentJoined(options.agent(), options.host(), options.slots()));
    }

    static Behavior<Message> create(Environment environment) {
        return Behaviors.setup(context -> new AgentActor(context, environment));
    }

    @Override
    public Receive<Message> createReceive() {
        return newReceiveBuilder()
                .onMessage(Report.class, this::onReport)
                .onMessage(FromCoordinator.class, this::onWord)
                .build();
    }

    private Behavior<Message> onReport(Report report) {
        journal.add(report.event());
        send(List.of(report.event()));
        return this;
    }

    private Behavior<Message> onWord(FromCoordinator word) {
        AttemptId known = environment.job().isDone() ? environment.job().join().attempt() : word.attempt();
        if (!known.equals(word.attempt())) {
            getContext().getLog().warn("refused a message of attempt {}, this is attempt {}", word.attempt(), known);
            return this;
        }
        if (word instanceof Finished end) {
            finish(end);
        } else if (!finished) {
            obey(word);
        }
        return this;
    }

    private void obey(FromCoordinator word) {
        AgentPort port = environment.port();
        switch (word) {
            case Hello hello -> meet(hello);
            case Announced announced -> enter(announced.generation());
            case Kill kill -> port.kill(kill.worker(), kill.why());
            case Shown shown -> port.incident(shown.incident());
            case Finished _ -> throw new AssertionError("handled before");
        }
    }

    private void meet(Hello hello) {
        environment.job().complete(hello.job());
        coordinator = hello.coordinator();
        send(List.copyOf(journal));
    }

    private void enter(Generation announced) {
        if (announced.number() > generation) {
            generation = announced.number();
            journal.removeIf(event -> isOver(event, generation));
            environment.port().announced(announced);
        }
    }

    /** Says the end to the port once, and to the coordinator as often as it asks. */
    private void finish(Finished end) {
        if (coordinator != null) {
            coordinator.tell(new CoordinatorActor.HeardTheEnd(
                    end.attempt(), environment.options().agent()));
        }
        if (!finished) {
            finished = true;
            environment.port().finished(end.exitCode(), end.reason());
        }
    }

    private void send(List<ClusterEvent> events) {
        if (coordinator != null) {
            AttemptId attempt = environment.job().join().attempt();
            coordinator.tell(new CoordinatorActor.Reported(
                    attempt, environment.options().agent(), getContext().getSelf(), events));
        }
    }

    /** Tells whether an event concerns only generations that are gone: no coordinator needs to hear it again. */
    private static boolean isOver(ClusterEvent event, long generation) {
        return switch (event) {
            case ClusterEvent.PeerUnreachable unreachable -> unreachable.generation() < generation;
            case ClusterEvent.WorkerDone done -> done.generation() < generation;
            default -> false;
        };
    }
}
