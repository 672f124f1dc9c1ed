package dev.lockstep.launcher.cli;

import dev.lockstep.launcher.Version;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code lockstep version}: what this build is. */
@Command(
        name = "version",
        description = "Print the version.",
        mixinStandardHelpOptions = true,
        footer = {"", "Example:", "  lockstep version --all"})
final class VersionCommand implements Runnable {
    @Option(names = "--all", description = "the versions of the JVM and the system too")
    private boolean all;

    @Override
    public void run() {
        System.out.println("lockstep " + Version.current());
        if (all) {
            System.out.println("jdk      " + Runtime.version());
            System.out.println("system   " + System.getProperty("os.name") + " " + System.getProperty("os.version")
                    + " " + System.getProperty("os.arch"));
        }
    }
}
