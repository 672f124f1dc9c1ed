package dev.lockstep.launcher.run;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lockstep.launcher.Version;

/** Writes {@code run.json}: what was run, with what, when, and how it ended. */
final class Manifest {
    private final RunFolder folder;
    private final ObjectNode content = Events.object();

    Manifest(RunFolder folder, RunOptions options, String runId, String started) {
        this.folder = folder;
        content.put("schema", 1);
        content.put("id", runId);
        content.put("attempt", folder.attempt());
        content.put("program", options.program().target());
        options.program().arguments().forEach(content.putArray("arguments")::add);
        content.put("lockstep", Version.current());
        content.put("jdk", Runtime.version().toString());
        content.put("machines", options.cluster().machines());
        content.put("nproc_per_node", options.worker().count());
        content.put("threads", options.worker().threadsEach());
        content.put("virtual_ranks", options.job().virtualRanks());
        content.put("seed", options.job().seed());
        content.put("device", options.job().device());
        content.put("started", started);
    }

    /** Writes what is known at the start. */
    void begin() {
        write();
    }

    /** Adds how it ended. */
    void end(int exitCode, String ended) {
        content.put("ended", ended);
        content.put("exit_code", exitCode);
        write();
    }

    private void write() {
        folder.write("run.json", content.toPrettyString() + "\n");
    }
}
