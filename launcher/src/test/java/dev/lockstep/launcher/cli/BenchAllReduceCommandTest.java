package dev.lockstep.launcher.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lockstep.launcher.Command;
import dev.lockstep.launcher.ExitCode;
import dev.lockstep.launcher.Pems;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class BenchAllReduceCommandTest {
    @TempDir
    private Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int execute(String... arguments) {
        CommandLine line = LockstepCommand.line();
        line.setErr(new PrintWriter(err));
        line.setOut(new PrintWriter(out));
        List<String> all = Stream.concat(Stream.of("bench", "allreduce"), Stream.of(arguments))
                .toList();
        return line.execute(all.toArray(String[]::new));
    }

    @ParameterizedTest
    @ValueSource(strings = {"shm", "tcp", "aeron", "inprocess"})
    void printsOneJsonObjectASize(String transport) {
        int code = execute(
                "--workers", "2", "--transport", transport, "--bytes", "4,64KiB", "--seconds", "0.01", "--json");
        assertEquals(0, code, err.toString());
        List<JsonNode> lines = out.toString().lines().map(Command::parse).toList();
        assertEquals(
                List.of(4, 65_536),
                lines.stream().map(line -> line.path("bytes").asInt()).toList());
        for (JsonNode line : lines) {
            assertEquals(2, line.path("workers").asInt());
            assertEquals(transport, line.path("transport").asText());
            assertEquals("tree", line.path("algorithm").asText());
            assertTrue(line.path("p50_us").asDouble() > 0, out.toString());
            assertTrue(line.path("p99_us").asDouble() >= line.path("p50_us").asDouble(), out.toString());
            assertTrue(line.path("limit_GBps").asDouble() > 0, out.toString());
            // With two ranks either way of summing hands over as much as there is.
            assertEquals(
                    line.path("bytes").asLong(), line.path("bytes_sent_max").asLong(), out.toString());
        }
    }

    @Test
    void sumsOverSeveralEncryptedConnections() {
        Pems own = Pems.make(folder);
        int code = execute(
                "--workers=2",
                "--transport=tcp",
                "--sockets=2",
                "--bytes=4,4MiB",
                "--seconds=0.01",
                "--json",
                "--tls-cert=" + own.certificate(),
                "--tls-key=" + own.key(),
                "--tls-ca=" + own.authority());
        assertEquals(0, code, err.toString());
        assertEquals(2, out.toString().lines().count());
    }

    @Test
    void refusesHalfOfTls() {
        assertEquals(ExitCode.USAGE, execute("--transport=tcp", "--tls-cert=a.pem"));
        assertTrue(err.toString().contains("--tls-key"), err.toString());
    }

    @Test
    void refusesTlsWhereThereIsNone() {
        String[] flags = {"--transport=shm", "--tls-cert=a", "--tls-key=b", "--tls-ca=c"};
        assertEquals(ExitCode.USAGE, execute(flags));
        assertTrue(err.toString().contains("--transport is shm"), err.toString());
    }

    @Test
    void saysWhatIsWrongWithACertificateBeforeAnythingStarts() {
        Pems own = Pems.make(folder.resolve("own"));
        Pems foreign = Pems.make(folder.resolve("foreign"));
        int code = execute(
                "--transport=tcp",
                "--tls-cert=" + own.certificate(),
                "--tls-key=" + own.key(),
                "--tls-ca=" + foreign.authority());
        assertEquals(ExitCode.ENVIRONMENT, code);
        assertTrue(err.toString().contains(own.certificate() + ": peers would refuse it"), err.toString());
    }

    @ParameterizedTest
    @CsvSource({"ring,bf16,mean", "doubling,f16,product", "fastest,i64,max", "tree,f64,min"})
    void checksTheResultsOfEveryAlgorithm(String algorithm, String dtype, String op) {
        int code = execute(
                "--workers=3",
                "--transport=inprocess",
                "--bytes=48,96KiB",
                "--seconds=0.01",
                "--json",
                "--algorithm=" + algorithm,
                "--dtype=" + dtype,
                "--op=" + op);
        assertEquals(0, code, err.toString());
        JsonNode line = Command.parse(out.toString().lines().findFirst().orElseThrow());
        assertEquals(algorithm, line.path("algorithm").asText());
        assertEquals(dtype, line.path("dtype").asText());
        assertEquals(op, line.path("op").asText());
    }

    @Test
    void refusesMeansOfIntegers() {
        assertEquals(ExitCode.USAGE, execute("--op=mean", "--dtype=i32"));
        assertTrue(err.toString().contains("floating"), err.toString());
    }

    @Test
    void printsATableOtherwise() {
        assertEquals(0, execute("--workers", "3", "--transport", "inprocess", "--bytes", "12", "--seconds", "0.01"));
        List<String> lines = out.toString().lines().toList();
        assertEquals(2, lines.size(), out.toString());
        assertTrue(lines.getFirst().contains("p50 us"), out.toString());
        assertTrue(lines.getLast().trim().startsWith("12 "), out.toString());
    }

    @Test
    void severalMachinesNeedAMeetingPlaceAndAPartThatIsTheirOwn() {
        assertEquals(ExitCode.USAGE, execute("--nnodes=2", "--node-rank=2", "--rendezvous=10.0.0.1:1"));
        assertTrue(err.toString().contains("--node-rank"), err.toString());
        assertEquals(ExitCode.USAGE, execute("--nnodes=2"));
        assertTrue(err.toString().contains("--rendezvous"), err.toString());
        assertEquals(ExitCode.USAGE, execute("--nnodes=2", "--rendezvous=10.0.0.1:1", "--transport=shm"));
        assertTrue(err.toString().contains("tcp or aeron"), err.toString());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--workers=0",
                "--transport=carrier-pigeon",
                "--nnodes=0",
                "--sockets=0",
                "--sockets=65",
                "--algorithm=magic",
                "--dtype=i8",
                "--op=median",
                "--bytes=",
                "--bytes=6",
                "--bytes=-4",
                "--bytes=4,,8",
                "--bytes=64GiB",
                "--seconds=0",
                "--seconds=NaN"
            })
    void refusesWhatMakesNoSense(String flag) {
        assertEquals(ExitCode.USAGE, execute(flag));
        assertTrue(err.toString().contains(flag.substring(0, flag.indexOf('='))), err.toString());
    }
}
