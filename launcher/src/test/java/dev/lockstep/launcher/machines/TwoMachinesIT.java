package dev.lockstep.launcher.machines;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lockstep.launcher.Command;
import dev.lockstep.launcher.ExitCode;
import dev.lockstep.launcher.Pems;
import dev.lockstep.launcher.toy.TinyTraining;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two agents on one machine, joined by Pekko over loopback: all but the second machine is real. */
@Tag("multijvm")
class TwoMachinesIT {
    @TempDir
    Path folder;

    private String rendezvous = "";

    @BeforeEach
    void prepare() throws IOException {
        Files.writeString(folder.resolve("token"), "a secret for this test\n");
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            rendezvous = "127.0.0.1:" + free.getLocalPort();
        }
    }

    private Command found(String... flags) {
        List<String> line = new ArrayList<>(List.of("run", "--json", "--nnodes", "2", "--rendezvous", rendezvous));
        line.addAll(List.of("--token-file", folder.resolve("token").toString(), "--machine-timeout", "10s"));
        line.addAll(job("shared"));
        line.addAll(List.of(flags));
        line.add(TinyTraining.class.getName());
        return Command.start(folder.resolve("founder"), line.toArray(String[]::new));
    }

    private List<String> job(String runDir) {
        return List.of(
                "--run-dir",
                folder.resolve(runDir).toString(),
                "--virtual-ranks",
                "4",
                "--threads",
                "1",
                "--heap",
                "128m");
    }

    private Command join(String token, String... flags) {
        List<String> line = new ArrayList<>(List.of("agent", "--join", rendezvous));
        line.addAll(List.of("--token-file", folder.resolve(token).toString()));
        line.addAll(List.of("--run-dir", folder.resolve("shared").toString()));
        line.addAll(List.of("--machine-timeout", "10s", "--rendezvous-timeout", "1m"));
        line.addAll(List.of(flags));
        return Command.start(folder.resolve("joiner"), line.toArray(String[]::new));
    }

    private String digestOfOneWorker() {
        List<String> line = new ArrayList<>(List.of("run", "--json"));
        line.addAll(job("alone"));
        line.add(TinyTraining.class.getName());
        try (Command alone = Command.start(folder.resolve("one"), line.toArray(String[]::new))) {
            assertEquals(0, alone.exitCode(), alone.err());
            return alone.events("done").getFirst().path("weights_sha256").asText();
        }
    }

    @Test
    void goOnWithTheSameBitsWhenAWorkerOfOneIsKilled() {
        String undisturbed = digestOfOneWorker();
        try (Command founder = found("--inject", "kill=r0@step7");
                Command joiner = join("token")) {
            assertEquals(0, founder.exitCode(), founder.err());
            assertEquals(0, joiner.exitCode(), joiner.err());
            assertEquals(
                    undisturbed,
                    founder.events("done").getFirst().path("weights_sha256").asText());
            JsonNode workers = founder.events("start").getFirst().path("workers");
            assertEquals(2, workers.size());
            assertEquals(0, founder.events("failure").getFirst().path("rank").asInt());
            JsonNode second = founder.events("generation").getLast();
            assertEquals(2, second.path("generation").asInt());
            assertEquals(
                    workers.path(1).path("pid"), second.path("workers").path(0).path("pid"));
            assertTrue(second.path("recovery_ms").asDouble() > 0, second.toString());
        }
    }

    @Test
    void computeTheSameBitsOverTlsAndRefuseWhoHasNone() {
        String undisturbed = digestOfOneWorker();
        List<String> tls = Pems.make(folder.resolve("tls")).flags();
        List<String> founding = new ArrayList<>(tls);
        founding.addAll(List.of("--transport", "tcp", "--sockets", "2"));
        try (Command founder = found(founding.toArray(String[]::new))) {
            try (Command stranger = join("token")) {
                assertEquals(ExitCode.ENVIRONMENT, stranger.exitCode());
                assertTrue(stranger.err().contains("use TLS: name --tls-cert"), stranger.err());
            }
            try (Command joiner = join("token", tls.toArray(String[]::new))) {
                assertEquals(0, founder.exitCode(), founder.err());
                assertEquals(0, joiner.exitCode(), joiner.err());
            }
            assertEquals(
                    undisturbed,
                    founder.events("done").getFirst().path("weights_sha256").asText());
        }
    }

    @Test
    void refuseAStranger() throws IOException {
        Files.writeString(folder.resolve("guess"), "some other secret that is wrong");
        try (Command founder = found();
                Command joiner = join("guess")) {
            assertNotEquals(0, joiner.exitCode());
            assertTrue(joiner.err().contains("token"), joiner.err());
            Command.signal("INT", founder.process().pid());
            assertEquals(130, founder.exitCode(), founder.err());
        }
    }
}
