package dev.lockstep.launcher.run;

import dev.lockstep.launcher.link.LogTail;
import java.io.PrintStream;
import java.time.InstantSource;
import java.util.function.LongSupplier;

/**
 * Everything a run writes and shows.
 *
 * @param events the run folder's events and metrics
 * @param display what a person sees
 * @param log turns what happens into both
 */
record Console(Events events, Display display, RunLog log) implements AutoCloseable {

    /** Opens the files of the folder; with {@code --json} standard output is for events alone. */
    static Console open(RunOptions options, RunFolder folder, LongSupplier nanoClock) {
        boolean json = options.output().json();
        PrintStream out = json ? System.err : System.out;
        boolean terminal =
                System.getenv("LOCKSTEP_TERMINAL") != null && options.output().progress() && !json;
        Events events = new Events(folder, json ? System.out : null, InstantSource.system(), nanoClock);
        Display display = new TextDisplay(options, folder, out, System.err, new ProgressLine(out, terminal, nanoClock));
        LogTail printed = new LogTail(folder.logs().resolve("rank-00000").resolve("stdout.log"), display::printed);
        return new Console(events, display, new RunLog(options, folder, events, display, printed));
    }

    @Override
    public void close() {
        events.close();
    }
}
