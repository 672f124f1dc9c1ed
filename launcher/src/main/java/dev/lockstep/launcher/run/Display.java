package dev.lockstep.launcher.run;

import dev.lockstep.cluster.Generation;
import dev.lockstep.cluster.Incident;
import dev.lockstep.launcher.agent.RunListener;
import dev.lockstep.launcher.link.WorkerMessage;
import java.util.Optional;
import java.util.OptionalDouble;

/** Shows a run to a person. Confined to the agent's thread. */
interface Display {
    /**
     * A failure to be shown.
     *
     * @param incident what happened
     * @param rank the worker's rank, or its number on the machine before it has one
     * @param detail what this machine knows of it
     * @param step the step in which it happened, from 1, or 0 before training
     */
    record Failure(Incident incident, int rank, Optional<RunListener.Detail> detail, long step) {}

    /** Before anything starts. */
    void banner(String runId, RunFolder folder, RunOptions options);

    /** The first generation is in force. */
    void started(Generation generation);

    /** A later generation is in force: what was lost before is survived. */
    void changed(Generation generation);

    /** A later generation works. */
    void recovered(Generation generation, OptionalDouble recoveryMillis);

    /** A committed step. */
    void stepped(WorkerMessage.Step step);

    /** An evaluation. */
    void evaluated(WorkerMessage.Evaluated evaluated);

    /** A line for the user. */
    void remark(String text);

    /** A line that the program printed. */
    void printed(String line);

    /** Something was lost. */
    void failed(Failure failure);

    /** The run ends before its time. */
    void stopping(int exitCode, String reason);

    /** All is over. */
    void done(int exitCode, double seconds, Tally tally);
}
