package dev.lockstep.launcher.agent;

import dev.lockstep.cluster.AgentId;
import dev.lockstep.launcher.link.AgentMessage;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;

/**
 * What an agent is to run.
 *
 * @param id this start of this agent
 * @param host the machine's name, for messages and the control plane
 * @param workers how many workers this machine runs
 * @param command how a worker's JVM is started
 * @param environment variables added to each worker's environment
 * @param welcome what each worker is told to run, by its local rank
 * @param logs the attempt's log folder; each worker gets a folder in it
 */
public record AgentSetup(
        AgentId id,
        String host,
        int workers,
        WorkerCommand command,
        Map<String, String> environment,
        IntFunction<AgentMessage.Welcome> welcome,
        Path logs) {
    /** Copies the environment. */
    public AgentSetup {
        environment = Map.copyOf(environment);
    }

    /** {@return what is to be run, with further variables in the workers' environment} */
    public AgentSetup with(Map<String, String> variables) {
        Map<String, String> all = new HashMap<>(environment);
        all.putAll(variables);
        return new AgentSetup(id, host, workers, command, all, welcome, logs);
    }

    /** {@return the folder of a worker's logs} */
    public Path logsOf(int localRank) {
        return logs.resolve("rank-%05d".formatted(localRank));
    }

    /** {@return the variables by which scripts written for other launchers find their place} */
    Map<String, String> ranksOf(int localRank) {
        return Map.of(
                "RANK",
                Integer.toString(localRank),
                "LOCAL_RANK",
                Integer.toString(localRank),
                "LOCAL_WORLD_SIZE",
                Integer.toString(workers),
                "GROUP_RANK",
                "0",
                "MASTER_ADDR",
                "127.0.0.1",
                "MASTER_PORT",
                "0");
    }

    /** {@return the command line of a worker} */
    List<String> lineOf(int localRank) {
        return command.line(localRank, logsOf(localRank));
    }
}
