package dev.lockstep.cluster.pekko;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.databind.module.SimpleModule;
import dev.lockstep.cluster.ClusterEvent;

/** Tells the serializer the closed set of events; the cluster's core knows nothing of Jackson. */
public final class WireModule extends SimpleModule {

    private static final long serialVersionUID = 1L;

    /** Makes the module; found by its name in {@code cluster.conf}. */
    public WireModule() {
        super("lockstep-cluster");
        setMixInAnnotation(ClusterEvent.class, EventForm.class);
    }

    /** Only what an agent reports: answers of the register and timers never leave their node. */
    @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "event")
    @JsonSubTypes({
        @JsonSubTypes.Type(value = ClusterEvent.AgentJoined.class, name = "agent-joined"),
        @JsonSubTypes.Type(value = ClusterEvent.WorkerStarted.class, name = "worker-started"),
        @JsonSubTypes.Type(value = ClusterEvent.WorkerReady.class, name = "worker-ready"),
        @JsonSubTypes.Type(value = ClusterEvent.WorkerDied.class, name = "worker-died"),
        @JsonSubTypes.Type(value = ClusterEvent.PeerUnreachable.class, name = "peer-unreachable"),
        @JsonSubTypes.Type(value = ClusterEvent.WorkerDone.class, name = "worker-done"),
        @JsonSubTypes.Type(value = ClusterEvent.WorkerFailed.class, name = "worker-failed"),
        @JsonSubTypes.Type(value = ClusterEvent.StopRequested.class, name = "stop-requested"),
    })
    private interface EventForm {}
}
