package dev.lockstep.cluster.pekko;

import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Set;
import org.apache.pekko.actor.AbstractActorWithTimers;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.actor.Address;
import org.apache.pekko.actor.Props;
import org.apache.pekko.cluster.Cluster;
import org.apache.pekko.cluster.ClusterEvent;
import org.apache.pekko.cluster.DowningProvider;
import org.apache.pekko.cluster.Member;
import org.apache.pekko.remote.artery.ThisActorSystemQuarantinedEvent;
import scala.Option;
import scala.concurrent.duration.FiniteDuration;

/**
 * Takes out members that stay unreachable, on whichever side of a cut this node is: found by its name in
 * {@code cluster.conf}.
 *
 * <p>Note [Who decides after a cut]. Pekko's own strategies choose one side by counting, because there nothing else can
 * tell them apart; with two nodes that means that one of them may never be lost. Here the generation register decides:
 * both sides may propose, one wins, and the other finds no worker of its own in the winner's generation and ends. So a
 * node only has to take out whom it cannot reach. The lesser side (of two halves, the one without the oldest member)
 * waits twice as long, so that the larger side is mostly first.
 */
public final class RegisterDowning extends DowningProvider {

    static final String STABLE_AFTER = "lockstep.cluster.stable-after";

    private final Duration stableAfter;

    /**
     * Reads how long the view of who is unreachable must not change.
     *
     * @param system the node's system
     */
    public RegisterDowning(ActorSystem system) {
        this.stableAfter = system.settings().config().getDuration(STABLE_AFTER);
    }

    /** {@return zero: a new coordinator need not wait for the old one to stop, the register tells them apart} */
    @Override
    public FiniteDuration downRemovalMargin() {
        return scala.concurrent.duration.Duration.Zero();
    }

    /** {@return the actor that watches} */
    @Override
    public Option<Props> downingActorProps() {
        return Option.apply(Props.create(Watcher.class, () -> new Watcher(stableAfter)));
    }

    /** Waits until the view is stable, then takes out who is unreachable. */
    private static final class Watcher extends AbstractActorWithTimers {

        private record Stable() {}

        private final Duration stableAfter;
        private final Cluster cluster = Cluster.get(getContext().getSystem());
        private final Set<Address> unreachable = new LinkedHashSet<>();

        Watcher(Duration stableAfter) {
            this.stableAfter = stableAfter;
        }

        @Override
        public void preStart() {
            getContext().getSystem().eventStream().subscribe(getSelf(), ThisActorSystemQuarantinedEvent.class);
            cluster.subscribe(
                    getSelf(),
                    ClusterEvent.initialStateAsEvents(),
                    ClusterEvent.ReachabilityEvent.class,
                    ClusterEvent.MemberRemoved.class);
        }

        @Override
        public void postStop() {
            cluster.unsubscribe(getSelf());
        }

        @Override
        public Receive createReceive() {
            return receiveBuilder()
                    .match(ClusterEvent.UnreachableMember.class, event -> lostSightOf(event.member()))
                    .match(ClusterEvent.ReachableMember.class, event -> noLongerMissing(event.member()))
                    .match(ClusterEvent.MemberRemoved.class, event -> noLongerMissing(event.member()))
                    .match(ThisActorSystemQuarantinedEvent.class, event -> cluster.down(cluster.selfAddress()))
                    .match(Stable.class, stable -> unreachable.forEach(cluster::down))
                    .build();
        }

        private void lostSightOf(Member member) {
            if (!member.address().equals(cluster.selfAddress()) && unreachable.add(member.address())) {
                waitUntilStable();
            }
        }

        private void noLongerMissing(Member member) {
            if (unreachable.remove(member.address())) {
                waitUntilStable();
            }
        }

        private void waitUntilStable() {
            if (unreachable.isEmpty()) {
                getTimers().cancel(Stable.class);
            } else {
                Duration patience = isLesserSide() ? stableAfter.multipliedBy(2) : stableAfter;
                getTimers().startSingleTimer(Stable.class, new Stable(), patience);
            }
        }

        private boolean isLesserSide() {
            int all = 0;
            Member oldest = cluster.selfMember();
            for (Member member : cluster.state().getMembers()) {
                all++;
                oldest = member.isOlderThan(oldest) ? member : oldest;
            }
            int reachable = all - unreachable.size();
            return 2 * reachable < all || (2 * reachable == all && unreachable.contains(oldest.address()));
        }
    }
}
