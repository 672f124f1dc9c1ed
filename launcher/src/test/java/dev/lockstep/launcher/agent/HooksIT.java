package dev.lockstep.launcher.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lockstep.launcher.Command;
import dev.lockstep.launcher.toy.HookedTraining;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Communication hooks in real processes. */
@Tag("multijvm")
class HooksIT {
    private static final String LAST_STEP = "120";
    private static final Map<String, String> UNDISTURBED = new HashMap<>();

    @TempDir
    Path folder;

    private Command train(List<String> flags, String... arguments) {
        Stream<String> run = Stream.of(
                "run",
                "--run-dir",
                folder.resolve("run").toString(),
                "--heap",
                "128m",
                "--json",
                "--virtual-ranks",
                "4",
                "--threads",
                "1");
        Stream<String> program = Stream.concat(Stream.of(HookedTraining.class.getName(), "--"), Stream.of(arguments));
        Stream<String> line = Stream.concat(run, Stream.concat(flags.stream(), program));
        return Command.start(folder, line.toArray(String[]::new));
    }

    private String digest(int workers, String... arguments) {
        try (Command command = train(List.of("--nproc-per-node", "" + workers), arguments)) {
            assertEquals(0, command.exitCode(), command.err());
            return digest(command);
        }
    }

    /** {@return the digest of one worker, trained once for all tests} */
    private String undisturbed(String hook) {
        return UNDISTURBED.computeIfAbsent(hook, name -> digest(1, name, LAST_STEP));
    }

    private static String digest(Command command) {
        return command.events("done").getFirst().path("weights_sha256").asText();
    }

    @ParameterizedTest
    @ValueSource(strings = {"bf16", "powersgd"})
    void theLossOfAWorkerChangesNoBit(String hook) {
        String undisturbed = undisturbed(hook);
        List<String> flags = List.of("--nproc-per-node", "2", "--inject", "kill=r1@step100");
        try (Command command = train(flags, hook, LAST_STEP)) {
            assertEquals(0, command.exitCode(), command.err());
            JsonNode failure = command.events("failure").getFirst();
            assertEquals(1, failure.path("rank").asInt());
            assertEquals(100, failure.path("step").asInt()); // PowerSGD has made 196 sums by then.
            assertEquals(undisturbed, digest(command));
        }
    }

    @Test
    void anotherNumberOfWorkersGoesOnFromTheState() {
        String state = folder.resolve("state.safetensors").toString();
        digest(2, "powersgd", "58", state);
        assertEquals(undisturbed("powersgd"), digest(3, "powersgd", LAST_STEP, state));
    }

    @Test
    void differingOptionsAreNamed() {
        try (Command command = train(List.of("--nproc-per-node", "2"), "differing", LAST_STEP)) {
            assertEquals(6, command.exitCode(), command.err());
            String said = command.err() + command.out();
            assertTrue(said.contains("startPowerSgdIter=1") && said.contains("startPowerSgdIter=2"), said);
        }
    }
}
