package dev.lockstep.cluster.pekko;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lockstep.cluster.Agreement;
import dev.lockstep.cluster.AttemptId;
import dev.lockstep.cluster.ClusterEvent;
import dev.lockstep.cluster.Generation;
import dev.lockstep.cluster.GenerationRegister;
import dev.lockstep.cluster.JobSpec;
import dev.lockstep.cluster.Member;
import dev.lockstep.cluster.WorkPoint;
import dev.lockstep.cluster.register.SharedFolderRegister;
import dev.lockstep.cluster.testkit.Samples;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Nodes on loopback in one process: everything but the processes is real. */
class ClusterNodeTest {

    private static final String TOKEN = "a secret for tests";

    /** Patient: on a busy machine a pause of a second is no death. Losses take this long to be seen. */
    private static final NodeOptions.Timings TIMINGS = new NodeOptions.Timings(
            Duration.ofMillis(100), Duration.ofSeconds(2), Duration.ofMillis(200), Duration.ofSeconds(30));

    @TempDir
    static Path certificateFolder;

    private static JobCertificate certificate;

    @TempDir
    Path runFolder;

    private final List<ClusterNode> nodes = new ArrayList<>();
    private final List<RecordingPort> ports = new ArrayList<>();
    private Post post = new Post();
    private GenerationRegister register;
    private AttemptId attempt;

    @BeforeAll
    static void makeCertificate() {
        certificate = JobCertificate.create(certificateFolder, TOKEN);
    }

    @BeforeEach
    void takeAttempt() {
        register = new SharedFolderRegister(runFolder);
        attempt = register.newAttempt(Samples.runId(1));
    }

    @AfterEach
    void closeAll() {
        nodes.forEach(ClusterNode::close);
    }

    @Test
    void trainsOnTwoMachinesToTheEnd() throws Exception {
        startMachines(2);
        reportReady(0, 0);
        reportReady(1, 1);
        Generation first = announcedOnAll();
        assertEquals(2, first.worldSize());
        reportDone(0, 0, first);
        reportDone(1, 1, first);
        assertEquals(0, RecordingPort.next(ports.get(0).ends).exitCode());
        assertEquals(0, RecordingPort.next(ports.get(1).ends).exitCode());
        assertTrue(register.latest(attempt).orElseThrow().complete());
    }

    @Test
    void goesOnWithoutAWorkerThatDied() throws Exception {
        startMachines(2);
        reportReady(0, 0);
        reportReady(1, 1);
        announcedOnAll();
        nodes.get(1).report(new ClusterEvent.WorkerDied(Samples.worker(1), "killed by SIGKILL", WorkPoint.UNKNOWN));
        assertEquals(List.of(member(0, 0)), announcedOnAll().members());
        assertEquals(
                "killed by SIGKILL", RecordingPort.next(ports.get(0).incidents).cause());
    }

    @Test
    void goesOnWithoutAMachineThatIsLost() throws Exception {
        startMachines(3);
        for (int machine = 0; machine < 3; machine++) {
            reportReady(machine, machine);
        }
        announcedOnAll();
        lose(2);
        assertEquals(List.of(member(0, 0), member(1, 1)), announcedOnAll().members());
    }

    @Test
    void movesTheCoordinatorWhenItsMachineIsLost() throws Exception {
        startMachines(2);
        reportReady(0, 0);
        reportReady(1, 1);
        announcedOnAll();
        lose(0);
        Generation second = announcedOnAll();
        assertEquals(List.of(member(1, 1)), second.members());
        reportDone(0, 1, second);
        assertEquals(0, RecordingPort.next(ports.get(0).ends).exitCode());
    }

    /** Every second message is lost, whatever it is: greetings alone are Pekko's own. */
    @Test
    void trainsAndRecoversOnANetworkThatLosesMessages() throws Exception {
        post = new LossyPost();
        startMachines(2);
        reportReady(0, 0);
        reportReady(1, 1);
        announcedOnAll();
        nodes.get(1).report(new ClusterEvent.WorkerDied(Samples.worker(1), "killed by SIGKILL", WorkPoint.UNKNOWN));
        Generation second = announcedOnAll();
        assertEquals(List.of(member(0, 0)), second.members());
        reportDone(0, 0, second);
        assertEquals(0, RecordingPort.next(ports.get(1).ends).exitCode());
        assertEquals(0, RecordingPort.next(ports.get(0).ends).exitCode());
        for (RecordingPort port : ports) {
            assertEquals(1, port.incidents.size(), "each word comes once");
            assertTrue(port.generations.isEmpty(), "each word comes once");
        }
    }

    @Test
    void tellsBothMachinesOfAUsersException() throws Exception {
        startMachines(2);
        reportReady(0, 0);
        nodes.get(1).report(new ClusterEvent.StopRequested("Ctrl-C", 130));
        assertEquals(new RecordingPort.End(130, "Ctrl-C"), RecordingPort.next(ports.get(0).ends));
        assertEquals(new RecordingPort.End(130, "Ctrl-C"), RecordingPort.next(ports.get(1).ends));
    }

    @Test
    void tellsAJoinerTheJob() {
        startMachines(2);
        assertEquals(nodes.get(0).job(), nodes.get(1).job());
    }

    @Test
    void refusesAJoinerWithAnotherCertificate(@TempDir Path elsewhere) {
        startMachines(1);
        NodeOptions stranger = options(
                7,
                JobCertificate.create(elsewhere, TOKEN),
                new NodeOptions.Timings(
                        TIMINGS.heartbeat(), TIMINGS.pause(), TIMINGS.stableAfter(), Duration.ofSeconds(4)));
        List<String> seeds = List.of(nodes.getFirst().address());
        var error =
                assertThrows(ClusterNodeException.class, () -> ClusterNode.join(stranger, seeds, new RecordingPort()));
        assertEquals(4, error.exitCode());
    }

    @Test
    void saysThatAPortIsTaken() {
        startMachines(1);
        int taken = Integer.parseInt(nodes.getFirst().address().split(":", -1)[1]);
        NodeOptions free = options(1, certificate, TIMINGS);
        var options =
                new NodeOptions(free.host(), taken, free.agent(), 1, certificate, register, TIMINGS, free.clock());
        JobSpec job = nodes.getFirst().job();
        var error =
                assertThrows(ClusterNodeException.class, () -> ClusterNode.found(options, job, new RecordingPort()));
        assertEquals(9, error.exitCode());
        assertTrue(String.valueOf(error.getMessage()).contains("127.0.0.1:" + taken), error.getMessage());
    }

    private void startMachines(int count) {
        var job = new JobSpec(attempt, count, 1, JobSpec.Timeouts.DEFAULT);
        for (int machine = 0; machine < count; machine++) {
            var port = new RecordingPort();
            NodeOptions options = options(machine, certificate, TIMINGS);
            nodes.add(
                    machine == 0
                            ? ClusterNode.found(options, job, port, post)
                            : ClusterNode.join(options, List.of(nodes.getFirst().address()), port, post));
            ports.add(port);
        }
    }

    private NodeOptions options(int machine, JobCertificate shown, NodeOptions.Timings timings) {
        return new NodeOptions("127.0.0.1", 0, Samples.agent(machine), 1, shown, register, timings, System::nanoTime);
    }

    /** Stops a node without a word, as a machine that loses its power. */
    private void lose(int index) {
        nodes.remove(index).close();
        ports.remove(index);
    }

    private void reportReady(int node, int machine) {
        nodes.get(node)
                .report(new ClusterEvent.WorkerReady(
                        member(machine, machine), new Agreement(Samples.VIRTUAL_RANKS, "plan", "fingerprint")));
    }

    private void reportDone(int node, int worker, Generation generation) {
        nodes.get(node).report(new ClusterEvent.WorkerDone(Samples.worker(worker), generation.number(), 40, "digest"));
    }

    private Generation announcedOnAll() throws InterruptedException {
        Generation announced = RecordingPort.next(ports.getFirst().generations);
        for (RecordingPort port : ports.subList(1, ports.size())) {
            assertEquals(announced, RecordingPort.next(port.generations));
        }
        return announced;
    }

    private static Member member(int machine, int worker) {
        return Samples.member(machine, 0, worker);
    }
}
