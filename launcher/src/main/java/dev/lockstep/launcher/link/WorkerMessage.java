package dev.lockstep.launcher.link;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.util.List;
import java.util.Map;

/** What a worker tells its agent. Closed: nothing else is read. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
    @JsonSubTypes.Type(value = WorkerMessage.Hello.class, name = "hello"),
    @JsonSubTypes.Type(value = WorkerMessage.Ready.class, name = "ready"),
    @JsonSubTypes.Type(value = WorkerMessage.Unreachable.class, name = "unreachable"),
    @JsonSubTypes.Type(value = WorkerMessage.Formed.class, name = "formed"),
    @JsonSubTypes.Type(value = WorkerMessage.Started.class, name = "started"),
    @JsonSubTypes.Type(value = WorkerMessage.Step.class, name = "step"),
    @JsonSubTypes.Type(value = WorkerMessage.Evaluated.class, name = "evaluated"),
    @JsonSubTypes.Type(value = WorkerMessage.Summary.class, name = "summary"),
    @JsonSubTypes.Type(value = WorkerMessage.Remark.class, name = "remark"),
    @JsonSubTypes.Type(value = WorkerMessage.Failed.class, name = "failed"),
    @JsonSubTypes.Type(value = WorkerMessage.Done.class, name = "done"),
    @JsonSubTypes.Type(value = WorkerMessage.Ended.class, name = "ended"),
})
public sealed interface WorkerMessage {
    /**
     * The first message: proves that the sender was started by this agent.
     *
     * @param token the link's secret
     * @param worker the worker's id
     */
    record Hello(String token, String worker) implements WorkerMessage {}

    /**
     * The model is built and the data plane listens.
     *
     * @param dataAddress where peers reach this worker, {@code host:port}
     * @param virtualRanks V
     * @param planDigest a digest of what is reduced, and of program and arguments
     * @param numericsFingerprint what decides the bits
     */
    record Ready(String dataAddress, int virtualRanks, String planDigest, String numericsFingerprint)
            implements WorkerMessage {}

    /**
     * A peer cannot be reached.
     *
     * @param generation the generation of the group
     * @param rank the peer
     * @param cause what was seen
     */
    record Unreachable(long generation, int rank, String cause) implements WorkerMessage {}

    /**
     * The group of a generation is built and its first frame has gone.
     *
     * @param generation the generation
     */
    record Formed(long generation) implements WorkerMessage {}

    /**
     * Training begins.
     *
     * @param virtualRanks V
     * @param threads compute threads
     * @param device where tensors live
     */
    record Started(int virtualRanks, int threads, String device) implements WorkerMessage {}

    /**
     * A committed step.
     *
     * @param step its number, from 1
     * @param epoch its epoch, from 1
     * @param totalSteps how many steps the run will make, 0 if not known
     * @param loss its loss
     * @param samples rows of its global batch
     * @param seconds its wall time
     * @param generation the generation in which it was reduced
     */
    record Step(long step, int epoch, long totalSteps, double loss, long samples, double seconds, long generation)
            implements WorkerMessage {}

    /**
     * An evaluation.
     *
     * @param step the last committed step
     * @param metrics the metrics by name
     */
    record Evaluated(long step, Map<String, Double> metrics) implements WorkerMessage {}

    /**
     * The end of training.
     *
     * @param steps steps made
     * @param samples samples seen
     * @param loss the last loss
     * @param metrics the last evaluation's metrics
     * @param seconds wall time of training
     * @param samplesPerSecond the median after warm-up
     * @param weightsSha256 the digest of the weights
     */
    record Summary(
            long steps,
            long samples,
            double loss,
            Map<String, Double> metrics,
            double seconds,
            double samplesPerSecond,
            String weightsSha256)
            implements WorkerMessage {}

    /**
     * One line for the user.
     *
     * @param message the line
     */
    record Remark(String message) implements WorkerMessage {}

    /**
     * The program threw.
     *
     * @param exitCode the exit code of its category
     * @param exception the exception's class
     * @param message its message
     * @param frames its stack, innermost first
     * @param causes the chain of causes, each {@code class: message}
     */
    record Failed(int exitCode, String exception, String message, List<Frame> frames, List<String> causes)
            implements WorkerMessage {}

    /**
     * One stack frame.
     *
     * @param text as a stack trace shows it
     * @param user whether it is the user's code
     */
    record Frame(String text, boolean user) {}

    /**
     * This worker holds the result of its last reduction.
     *
     * @param generation the generation in force
     * @param lastSequence the last reduction, -1 if there was none
     * @param weightsSha256 the digest of its weights
     */
    record Done(long generation, long lastSequence, String weightsSha256) implements WorkerMessage {}

    /**
     * The program's main method has returned; the process exits next.
     *
     * @param trained whether it took part in a generation
     */
    record Ended(boolean trained) implements WorkerMessage {}
}
