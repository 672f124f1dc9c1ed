package dev.lockstep.cluster.pekko;

import dev.lockstep.cluster.AgentId;
import dev.lockstep.cluster.AttemptId;
import dev.lockstep.cluster.ClusterEvent;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.apache.pekko.cluster.Member;
import org.apache.pekko.cluster.MemberStatus;
import org.apache.pekko.cluster.typed.Cluster;

/**
 * Which agents the cluster has, which of them the coordinator has met, and what it and they tell each other: see Note
 * [Words that get lost]. Confined to the coordinator's actor.
 */
final class AgentDirectory {

    private final ActorContext<CoordinatorActor.Message> context;
    private final AttemptId attempt;
    private final Post post;
    private final Cluster cluster;
    private final Map<AgentId, Correspondence<AgentActor.Message, AgentActor.Word>> met = new LinkedHashMap<>();

    AgentDirectory(ActorContext<CoordinatorActor.Message> context, AttemptId attempt, Post post) {
        this.context = context;
        this.attempt = attempt;
        this.post = post;
        this.cluster = Cluster.get(context.getSystem());
    }

    /** Notes where an agent is; returns whether it is new. */
    boolean meet(AgentId agent, ActorRef<AgentActor.Message> ref) {
        return met.putIfAbsent(agent, Correspondence.with(ref)) == null;
    }

    void forget(AgentId agent) {
        met.remove(agent);
    }

    /** Takes what an agent that was met reports and says so; returns the events that are new, in order. */
    List<ClusterEvent> accept(CoordinatorActor.Reported reported) {
        var known = met.get(reported.agent());
        if (known == null) {
            return List.of();
        }
        List<ClusterEvent> fresh = known.in().accept(reported.first(), reported.events());
        post.send(
                known.peer(),
                new AgentActor.Heard(attempt, context.getSelf(), known.in().heard()));
        return fresh;
    }

    /** Notes how many words an agent has heard. */
    void heard(AgentId agent, long count) {
        var known = met.get(agent);
        if (known != null) {
            known.out().heard(count);
        }
    }

    /** Sends a word to an agent, if it has been met. */
    void tell(AgentId agent, AgentActor.Word word) {
        var known = met.get(agent);
        if (known != null) {
            known.out().add(word);
            send(known);
        }
    }

    void tellAll(AgentActor.Word word) {
        met.keySet().forEach(agent -> tell(agent, word));
    }

    /** Sends again what was not heard. */
    void resend() {
        met.values().forEach(this::send);
    }

    private void send(Correspondence<AgentActor.Message, AgentActor.Word> known) {
        if (!known.out().isEmpty()) {
            post.send(
                    known.peer(),
                    new AgentActor.Words(
                            attempt,
                            context.getSelf(),
                            known.out().first(),
                            known.out().due()));
        }
    }

    boolean hasMet(AgentId agent) {
        return met.containsKey(agent);
    }

    /** {@return the agents of all members of the cluster but this node's} */
    Set<AgentId> others() {
        Set<AgentId> others = present();
        own().ifPresent(others::remove);
        return others;
    }

    /** {@return whether all agents but this node's were met and have heard every word} */
    boolean othersHaveHeardAll() {
        return others().stream().allMatch(agent -> {
            var known = met.get(agent);
            return known != null && known.out().isEmpty();
        });
    }

    /** {@return the agent of this node} */
    Optional<AgentId> own() {
        return NodeConfig.agentOf(cluster.selfMember());
    }

    /** {@return the agents of all members of the cluster, also of those that cannot be reached at the moment} */
    Set<AgentId> present() {
        Set<AgentId> present = new LinkedHashSet<>();
        for (Member member : cluster.state().getMembers()) {
            if (lives(member)) {
                NodeConfig.agentOf(member).ifPresent(present::add);
            }
        }
        return present;
    }

    /** Says hello to all agents that have not answered yet. An agent is its node's guardian. */
    void greet(AgentActor.Hello hello) {
        for (Member member : cluster.state().getMembers()) {
            boolean stranger = NodeConfig.agentOf(member)
                    .filter(agent -> !met.containsKey(agent))
                    .isPresent();
            if (lives(member) && stranger) {
                Adapter.toClassic(context.getSystem())
                        .actorSelection(member.address() + "/user")
                        .tell(hello, org.apache.pekko.actor.ActorRef.noSender());
            }
        }
    }

    private static boolean lives(Member member) {
        return !member.status().equals(MemberStatus.down()) && !member.status().equals(MemberStatus.removed());
    }
}
