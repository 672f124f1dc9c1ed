package dev.lockstep.launcher.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.lockstep.launcher.MachineMemory;
import dev.lockstep.launcher.toy.Toy;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class CommandLineTest {
    @TempDir
    Path folder;

    private final StringWriter err = new StringWriter();

    private int execute(String... arguments) {
        CommandLine line = LockstepCommand.line(arguments);
        line.setErr(new PrintWriter(err));
        line.setOut(new PrintWriter(new StringWriter()));
        return line.execute(FlagNames.normalize(arguments));
    }

    private int run(String... arguments) {
        List<String> all = Stream.concat(
                        Stream.of("run", "--run-dir", folder.resolve("run").toString()), Stream.of(arguments))
                .toList();
        return execute(all.toArray(String[]::new));
    }

    @Test
    void takesFlagsWithUnderscoresButLeavesTheProgramsOwnAlone() {
        assertArrayEquals(
                new String[] {"run", "--nproc-per-node=2", "a_b", "--", "--batch_size"},
                FlagNames.normalize(new String[] {"run", "--nproc_per_node=2", "a_b", "--", "--batch_size"}));
    }

    @Test
    void suggestsTheCommandThatWasMeant() {
        assertEquals(2, execute("runn"));
        assertTrue(err.toString().contains("unknown command 'runn'; did you mean run?"), err.toString());
    }

    @Test
    void knowsTheNamedCommandOnlyAndAllWhereNoneIsNamed() {
        assertEquals(
                Set.of("doctor"),
                LockstepCommand.line("doctor", "--json").getSubcommands().keySet());
        Set<String> all = Set.of("run", "agent", "bench", "data", "doctor", "shell", "version");
        assertEquals(all, LockstepCommand.line("--help").getSubcommands().keySet());
        assertEquals(all, LockstepCommand.line().getSubcommands().keySet());
    }

    @Test
    void suggestsTheFlagThatWasMeant() {
        assertEquals(2, run("--nproc-per-nod", "2", Toy.class.getName()));
        assertTrue(
                err.toString().contains("unknown flag '--nproc-per-nod'; did you mean --nproc-per-node?"),
                err.toString());
    }

    @Test
    void refusesMoreWorkersThanTheMemoryHolds() {
        assumeTrue(usableBytes() < 1024L << 27, "memory: this machine has plenty");
        assertEquals(9, run("--nproc-per-node", "1024", Toy.class.getName()));
        assertTrue(err.toString().contains("lower --nproc-per-node"), err.toString());
        assertFalse(Files.exists(folder.resolve("run")));
    }

    private static long usableBytes() {
        try {
            return MachineMemory.read().usableBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--nproc-per-node=0",
                "--nproc-per-node=two",
                "--nproc-per-node=100000",
                "--nnodes=0",
                "--threads=-1",
                "--threads=0",
                "--virtual-ranks=-2",
                "--virtual-ranks=0",
                "--virtual-ranks=1000000",
                "--seed=abc",
                "--seed=99999999999999999999",
                "--log-every=0",
                "--heap=lots",
                "--cpu-isa=sse",
                "--device=tpu",
                "--collective-timeout=soon",
                "--inject=kill=now",
                "--run-id=../x"
            })
    void refusesBadValues(String flag) {
        assertEquals(2, run(flag, Toy.class.getName()));
        assertTrue(err.toString().contains(flag.substring(0, flag.indexOf('='))), err.toString());
        assertFalse(err.toString().contains("\tat "), err.toString());
        assertFalse(Files.exists(folder.resolve("run")));
    }

    @Test
    void saysThatThereIsNoCudaBackend() {
        assertEquals(9, run("--device", "cuda", Toy.class.getName()));
        assertTrue(err.toString().contains("no CUDA backend in this build"), err.toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"nothing", "no.such.Class", "missing.java", "missing.jar"})
    void refusesUnknownProgramsAndWritesNothing(String program) {
        assertEquals(2, run(program));
        assertTrue(err.toString().contains(program), err.toString());
        assertFalse(Files.exists(folder.resolve("run")));
    }

    @Test
    void refusesSeveralMachinesWithoutAToken() {
        assertEquals(2, run("--nnodes", "2", "--rendezvous", "127.0.0.1:1", Toy.class.getName()));
        assertTrue(err.toString().contains("--token-file"), err.toString());
    }

    private int found(String rendezvous) throws IOException {
        Path token = Files.writeString(folder.resolve("token"), "a secret for this test");
        return run("--nnodes", "2", "--rendezvous", rendezvous, "--token-file", token.toString(), Toy.class.getName());
    }

    @Test
    void namesWhoHoldsThePort() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            assertEquals(9, found("127.0.0.1:" + taken.getLocalPort()));
        }
        String pid = "(pid " + ProcessHandle.current().pid() + ")";
        assertTrue(err.toString().contains(pid), err.toString());
        assertFalse(Files.exists(folder.resolve("run")));
    }

    @Test
    void refusesARendezvousOnAnotherMachine() throws IOException {
        assertEquals(9, found("192.0.2.1:29400")); // An address that is reserved for documentation.
        assertTrue(err.toString().contains("no address of this machine"), err.toString());
    }

    @Test
    void wantsAProgram() {
        assertEquals(2, run());
    }
}
