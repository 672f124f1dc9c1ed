package dev.lockstep.launcher.cli;

import java.time.Duration;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

/** Checks values of flags; each mistake says the flag, the value and what was expected. */
final class Values {
    private Values() {}

    static void atLeast(CommandSpec spec, String flag, int value, int least) {
        if (value < least) {
            throw bad(spec, flag + " is " + value + " but must be at least " + least);
        }
    }

    static void between(CommandSpec spec, String flag, int value, int least, int most) {
        if (value < least || value > most) {
            throw bad(spec, flag + " is " + value + " but must be from " + least + " to " + most);
        }
    }

    static void matches(CommandSpec spec, String flag, String value, String pattern, String expected) {
        if (!value.matches(pattern)) {
            throw bad(spec, flag + " is '" + value + "' but must be " + expected);
        }
    }

    static void address(CommandSpec spec, String flag, String value) {
        matches(spec, flag, value, "[^:,\\s]+:[0-9]{1,5}", "HOST:PORT");
        if (Integer.parseInt(value.substring(value.lastIndexOf(':') + 1)) > 65_535) {
            throw bad(spec, flag + " is '" + value + "' but ports end at 65535");
        }
    }

    static Duration duration(CommandSpec spec, String flag, String value) {
        matches(spec, flag, value, "[1-9][0-9]{0,6}(ms|s|m|h)", "a time such as 500ms, 30s, 5m or 1h");
        long number = Long.parseLong(value.replaceAll("[a-z]", ""));
        return switch (value.replaceAll("[0-9]", "")) {
            case "ms" -> Duration.ofMillis(number);
            case "s" -> Duration.ofSeconds(number);
            case "m" -> Duration.ofMinutes(number);
            default -> Duration.ofHours(number);
        };
    }

    /** The heartbeat is a tenth of a second, and three must fit. */
    static Duration machineTimeout(CommandSpec spec, String value) {
        Duration timeout = duration(spec, "--machine-timeout", value);
        if (timeout.toMillis() < 300) {
            throw bad(spec, "--machine-timeout is " + value + " but must be at least 300ms");
        }
        return timeout;
    }

    static CommandLine.ParameterException bad(CommandSpec spec, String message) {
        return new CommandLine.ParameterException(spec.commandLine(), message);
    }
}
