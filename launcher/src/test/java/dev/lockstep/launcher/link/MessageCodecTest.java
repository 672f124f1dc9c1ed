package dev.lockstep.launcher.link;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.lockstep.launcher.TlsFiles;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class MessageCodecTest {
    private static String text(byte[] line) {
        return new String(line, StandardCharsets.UTF_8);
    }

    static List<WorkerMessage> workerMessages() {
        return List.of(
                new WorkerMessage.Hello("t", "w"),
                new WorkerMessage.Ready("127.0.0.1:5", 8, "plan", "numerics"),
                new WorkerMessage.Unreachable(2, 1, "broken"),
                new WorkerMessage.Formed(3),
                new WorkerMessage.Started(8, 2, "cpu"),
                new WorkerMessage.Step(1, 1, 10, 0.5, 64, 0.01, 1),
                new WorkerMessage.Evaluated(10, Map.of("accuracy", 0.9)),
                new WorkerMessage.Summary(10, 640, 0.1, Map.of("accuracy", 0.9), 1.5, 400, "d"),
                new WorkerMessage.Remark("line\nwith a line feed and ü"),
                new WorkerMessage.Failed(
                        1, "E", "m", List.of(new WorkerMessage.Frame("a.b(C.java:1)", true)), List.of("c")),
                new WorkerMessage.Done(3, 9, "d"),
                new WorkerMessage.Ended(true));
    }

    static List<AgentMessage> agentMessages() {
        TlsFiles tls = new TlsFiles("/c.pem", "/k.pem", "/a.pem");
        var flags = new AgentMessage.JobFlags(
                0, 2, 1, -5, "cpu", 10, "127.0.0.1", "0".repeat(32), 1, "secret", "auto", 4, tls, 300_000, -1);
        return List.of(
                new AgentMessage.Welcome("Main", List.of("--epochs", "2"), flags),
                new AgentMessage.Form(
                        "0".repeat(32), 1, 2, 0, 14, List.of(new AgentMessage.Peer("w", "h", 7, "h:1", 0, 8))),
                new AgentMessage.Complete(3),
                new AgentMessage.Stop("over"));
    }

    @ParameterizedTest
    @MethodSource("workerMessages")
    void readsWhatWorkersSay(WorkerMessage message) {
        String line = text(MessageCodec.ofWorker().encode(message));
        assertEquals(line.length() - 1, line.indexOf('\n'));
        assertEquals(message, MessageCodec.ofWorker().decode(line));
    }

    @ParameterizedTest
    @MethodSource("agentMessages")
    void readsWhatAgentsSay(AgentMessage message) {
        assertEquals(
                message,
                MessageCodec.ofAgent().decode(text(MessageCodec.ofAgent().encode(message))));
    }

    @Test
    void carriesLossesThatAreNotFinite() {
        var step = new WorkerMessage.Step(1, 1, 1, Double.NaN, 1, Double.POSITIVE_INFINITY, 1);
        assertEquals(
                step,
                MessageCodec.ofWorker().decode(text(MessageCodec.ofWorker().encode(step))));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{}",
                "null",
                "{\"type\":\"unknown\"}",
                "{\"type\":\"java.lang.Runtime\"}",
                "{\"type\":\"formed\"}",
                "{\"type\":\"formed\",\"generation\":1,\"more\":2}",
                "{\"type\":\"formed\",\"generation\":1} {}",
                "{\"type\":\"stop\",\"reason\":\"an agent's word\"}",
                "not json"
            })
    void refusesWhatIsNotOnTheList(String line) {
        assertThrows(LinkException.class, () -> MessageCodec.ofWorker().decode(line));
    }
}
