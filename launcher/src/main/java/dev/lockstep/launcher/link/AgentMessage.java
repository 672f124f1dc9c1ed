package dev.lockstep.launcher.link;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.lockstep.launcher.TlsFiles;
import java.util.List;

/** What an agent tells one of its workers. Closed: nothing else is read. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
    @JsonSubTypes.Type(value = AgentMessage.Welcome.class, name = "welcome"),
    @JsonSubTypes.Type(value = AgentMessage.Form.class, name = "form"),
    @JsonSubTypes.Type(value = AgentMessage.Complete.class, name = "complete"),
    @JsonSubTypes.Type(value = AgentMessage.Stop.class, name = "stop"),
})
public sealed interface AgentMessage {
    /**
     * Answers the worker's hello: what to run, and how.
     *
     * @param mainClass the program's main class, on the worker's class path
     * @param arguments the program's own arguments
     * @param settings the job's flags
     */
    record Welcome(String mainClass, List<String> arguments, JobFlags settings) implements AgentMessage {}

    /**
     * The flags that belong to the job, as one worker gets them.
     *
     * @param virtualRanks V, or 0 to choose by the rule
     * @param maxWorkers the largest number of workers the flags allow
     * @param threads compute threads of this worker
     * @param seed the job's seed
     * @param device {@code cpu}
     * @param logEvery steps between two progress events
     * @param listen the address on which the data plane listens
     * @param runId the run, 32 hexadecimal digits
     * @param attempt the number of this start of it
     * @param jobToken the secret that peers prove to one another
     * @param transport how workers are connected: {@code auto}, {@code shm}, {@code tcp} or {@code aeron}
     * @param sockets TCP connections a pair of workers
     * @param tls what they are encrypted with
     * @param collectiveTimeoutMillis how long a collective may wait
     * @param killAtStep the step at which this worker kills itself, for tests; -1 for never
     */
    record JobFlags(
            int virtualRanks,
            int maxWorkers,
            int threads,
            long seed,
            String device,
            int logEvery,
            String listen,
            String runId,
            int attempt,
            String jobToken,
            String transport,
            int sockets,
            TlsFiles tls,
            long collectiveTimeoutMillis,
            long killAtStep) {}

    /**
     * A generation is in force: build its group.
     *
     * @param runId the run
     * @param attempt the attempt's number
     * @param generation the generation's number
     * @param rank this worker's rank in it
     * @param startStep the latest step the coordinator had heard of
     * @param peers its members, by rank
     */
    record Form(String runId, int attempt, long generation, int rank, long startStep, List<Peer> peers)
            implements AgentMessage {
        /** Copies the peers. */
        public Form {
            peers = List.copyOf(peers);
        }
    }

    /**
     * A member of a generation.
     *
     * @param worker its id
     * @param host its machine
     * @param pid its process
     * @param address where its data plane listens
     * @param from the first virtual rank it owns
     * @param to one past the last
     */
    record Peer(String worker, String host, long pid, String address, int from, int to) {}

    /**
     * Every worker holds the last step: nobody is needed any more.
     *
     * @param generation the number of the last generation
     */
    record Complete(long generation) implements AgentMessage {}

    /**
     * Nothing is left to do: exit.
     *
     * @param reason why
     */
    record Stop(String reason) implements AgentMessage {}
}
