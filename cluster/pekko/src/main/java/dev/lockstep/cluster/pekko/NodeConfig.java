package dev.lockstep.cluster.pekko;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigParseOptions;
import dev.lockstep.cluster.AgentId;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.pekko.cluster.Member;

/** Pekko's configuration of a node: {@code cluster.conf} and what differs from node to node. No other file is read. */
final class NodeConfig {

    private static final String AGENT_ROLE = "agent-";

    private NodeConfig() {}

    static Config of(NodeOptions options) {
        return ConfigFactory.parseMap(own(options), "the node's options")
                .withFallback(ConfigFactory.parseResources(
                        NodeConfig.class,
                        "cluster.conf",
                        ConfigParseOptions.defaults().setAllowMissing(false)))
                .withFallback(ConfigFactory.defaultReference(NodeConfig.class.getClassLoader()))
                .resolve();
    }

    /** Reads from a member which agent it is: its role says so, and a restarted machine has another one. */
    static Optional<AgentId> agentOf(Member member) {
        return member.getRoles().stream()
                .filter(role -> role.startsWith(AGENT_ROLE))
                .map(role -> new AgentId(role.substring(AGENT_ROLE.length())))
                .findFirst();
    }

    private static Map<String, Object> own(NodeOptions options) {
        Map<String, Object> own = new LinkedHashMap<>();
        String artery = "pekko.remote.artery.";
        own.put(artery + "canonical.hostname", options.host());
        own.put(artery + "canonical.port", options.port());
        String tls = artery + "ssl.config-ssl-engine.";
        for (String store : List.of("key-store", "trust-store")) {
            own.put(tls + store, options.certificate().file().toString());
            own.put(tls + store + "-password", options.certificate().password());
        }
        own.put(tls + "key-password", options.certificate().password());
        own.put("pekko.cluster.roles", List.of(AGENT_ROLE + options.agent().value()));
        NodeOptions.Timings timings = options.timings();
        String detector = "pekko.cluster.failure-detector.";
        own.put(detector + "heartbeat-interval", timings.heartbeat());
        own.put(detector + "expected-response-after", timings.heartbeat());
        own.put(detector + "acceptable-heartbeat-pause", timings.pause());
        own.put(RegisterDowning.STABLE_AFTER, timings.stableAfter());
        return own;
    }
}
