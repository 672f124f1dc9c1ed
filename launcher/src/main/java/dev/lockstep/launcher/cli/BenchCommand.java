package dev.lockstep.launcher.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code lockstep bench}: numbers to compare. */
@Command(
        name = "bench",
        description = "Measure this machine's training, or a part of it.",
        mixinStandardHelpOptions = true,
        subcommands = {BenchTrainCommand.class, BenchAllReduceCommand.class},
        footer = {
            "",
            "Example:",
            "  lockstep bench train --model mlp --threads 2",
            "  lockstep bench allreduce --workers 2"
        })
final class BenchCommand implements Runnable {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public void run() {
        spec.commandLine().usage(spec.commandLine().getOut());
    }
}
