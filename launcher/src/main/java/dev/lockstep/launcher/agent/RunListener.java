package dev.lockstep.launcher.agent;

import dev.lockstep.cluster.Generation;
import dev.lockstep.cluster.Incident;
import dev.lockstep.launcher.link.WorkerMessage;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalDouble;

/** Hears of everything that a user may want to know of a run. Called from the agent's thread. */
public interface RunListener {
    /**
     * What the agent knows of a failed worker beside the incident.
     *
     * @param localRank the worker's number on this machine
     * @param logs the folder of its logs
     * @param exception what its program threw, or empty
     */
    record Detail(int localRank, Path logs, Optional<WorkerMessage.Failed> exception) {}

    /** A generation is in force. */
    void announced(Generation generation);

    /** The group of a generation works; the recovery time is absent unless it followed a loss on this machine. */
    void formed(Generation generation, OptionalDouble recoveryMillis);

    /** A worker reports progress. */
    void progress(WorkerMessage message);

    /** Something was lost, or is worth a warning; the detail is there for workers of this machine. */
    void incident(Incident incident, Optional<Detail> detail);

    /** Called at least every few tens of milliseconds while the run goes on. */
    void tick();

    /** The run is about to stop: nothing but the end follows. */
    void stopping(int exitCode, String reason);
}
