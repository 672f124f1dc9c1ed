package dev.lockstep.launcher.cli;

import dev.lockstep.launcher.ExitCode;
import dev.lockstep.launcher.doctor.Doctor;
import dev.lockstep.launcher.doctor.Finding;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code lockstep doctor}: whether this machine can train. */
@Command(
        name = "doctor",
        description = "Check whether this machine can train; exit code 9 if it cannot.",
        mixinStandardHelpOptions = true,
        footer = {"", "Example:", "  lockstep doctor --run-dir /mnt/shared/runs"})
final class DoctorCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Option(
            names = "--run-dir",
            paramLabel = "DIR",
            description = "where runs will be kept (default: ${DEFAULT-VALUE})")
    private Path runDir = Path.of("runs");

    @Option(names = "--json", description = "one JSON object a line")
    private boolean json;

    @Override
    public Integer call() {
        List<Finding> findings = new Doctor(runDir).examine();
        PrintWriter out = spec.commandLine().getOut();
        for (Finding finding : findings) {
            out.println(json ? line(finding) : text(finding));
        }
        out.flush();
        boolean fit = findings.stream().noneMatch(finding -> finding.state() == Finding.State.BAD);
        return fit ? ExitCode.OK : ExitCode.ENVIRONMENT;
    }

    private static String text(Finding finding) {
        String mark = switch (finding.state()) {
            case OK -> "✓";
            case WARN -> "!";
            case BAD -> "✗";
        };
        return mark + " " + finding.name() + ": " + finding.detail();
    }

    private static String line(Finding finding) {
        return com.fasterxml.jackson.databind.json.JsonMapper.builder()
                .build()
                .createObjectNode()
                .put("check", finding.name())
                .put("state", finding.state().name().toLowerCase(java.util.Locale.ROOT))
                .put("detail", finding.detail())
                .toString();
    }
}
