package dev.lockstep.cluster.pekko;

import dev.lockstep.cluster.AgentId;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.apache.pekko.cluster.Member;
import org.apache.pekko.cluster.MemberStatus;
import org.apache.pekko.cluster.typed.Cluster;

/** Which agents the cluster has, and which of them the coordinator has met. Confined to the coordinator's actor. */
final class AgentDirectory {

    private final ActorSystem<?> system;
    private final Cluster cluster;
    private final Map<AgentId, ActorRef<AgentActor.Message>> met = new LinkedHashMap<>();

    AgentDirectory(ActorSystem<?> system) {
        this.system = system;
        this.cluster = Cluster.get(system);
    }

    /** Notes where an agent is; returns whether it is new. */
    boolean meet(AgentId agent, ActorRef<AgentActor.Message> ref) {
        return met.put(agent, ref) == null;
    }

    void forget(AgentId agent) {
        met.remove(agent);
    }

    /** Sends a word to an agent, if it has been met. */
    void tell(AgentId agent, AgentActor.FromCoordinator word) {
        Optional.ofNullable(met.get(agent)).ifPresent(ref -> ref.tell(word));
    }

    void tellAll(AgentActor.FromCoordinator word) {
        met.values().forEach(ref -> ref.tell(word));
    }

    Set<AgentId> met() {
        return Set.copyOf(met.keySet());
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
                Adapter.toClassic(system)
                        .actorSelection(member.address() + "/user")
                        .tell(hello, org.apache.pekko.actor.ActorRef.noSender());
            }
        }
    }

    private static boolean lives(Member member) {
        return !member.status().equals(MemberStatus.down()) && !member.status().equals(MemberStatus.removed());
    }
}
