package dev.lockstep.launcher.agent;

import dev.lockstep.cluster.Generation;
import dev.lockstep.cluster.Member;
import dev.lockstep.cluster.VirtualRankRange;
import dev.lockstep.launcher.link.AgentMessage;
import java.util.ArrayList;
import java.util.List;

/** Puts generations into the words of the link. */
final class Forms {
    private Forms() {}

    static AgentMessage.Form of(Generation generation, int rank) {
        List<AgentMessage.Peer> peers = new ArrayList<>();
        for (int peer = 0; peer < generation.worldSize(); peer++) {
            Member member = generation.members().get(peer);
            VirtualRankRange range = generation.placement().get(peer);
            peers.add(new AgentMessage.Peer(
                    member.id().value(), member.host(), member.pid(), member.dataAddress(), range.from(), range.to()));
        }
        return new AgentMessage.Form(
                generation.attempt().runId(),
                generation.attempt().number(),
                generation.number(),
                rank,
                generation.startStep(),
                peers);
    }
}
