package dev.lockstep.collectives.parallel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lockstep.testkit.ToyJob;
import dev.lockstep.train.CommHook;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The promise holds for compressed gradients too, and less crosses the wire. */
class CommHookTest {
    private static final CommHook POWER_SGD =
            CommHook.powerSgd(o -> o.matrixApproximationRank(2).startPowerSgdIter(2));

    private static final CommHook THIN =
            CommHook.powerSgd(o -> o.startPowerSgdIter(0).errorReplicas(false));

    static Stream<CommHook> hooks() {
        return Stream.of(CommHook.bf16Compress(), CommHook.fp16Compress(), POWER_SGD);
    }

    @ParameterizedTest
    @MethodSource("hooks")
    void anyNumberOfWorkersAndThreadsGivesTheBitsOfOne(CommHook hook) {
        for (ToyJob toy : List.of(ToyJob.MLP, ToyJob.CONVNET)) {
            String expected = Crew.alone(toy, hook);
            for (int workers = 1; workers <= 4; workers++) {
                Crew crew = Crew.of(workers, 1 + workers % 2, hook).withSmallBuckets();
                for (String digest : crew.run(Wire.Kind.THREADS, toy)) {
                    assertEquals(expected, digest, toy + " on " + workers + " workers");
                }
            }
            assertNotEquals(Crew.alone(toy, CommHook.allReduce()), expected);
        }
    }

    @ParameterizedTest
    @MethodSource("hooks")
    void overTcpToo(CommHook hook) {
        String expected = Crew.alone(ToyJob.CONVNET, hook);
        Crew.of(3, 1, hook).run(Wire.Kind.TCP, ToyJob.CONVNET).forEach(digest -> assertEquals(expected, digest));
    }

    @ParameterizedTest
    @ValueSource(ints = {3, 4, 7, 8, 11, 12})
    void aDeathChangesNoBit(int at) {
        CommHook hook = CommHook.bf16Compress();
        List<String> digests = new Crew(3, 1, 1, at, hook).run(Wire.Kind.THREADS, ToyJob.MLP);
        String expected = Crew.alone(ToyJob.MLP, hook);
        assertEquals(List.of(expected, expected), List.of(digests.get(0), digests.get(2)), "death at " + at);
    }

    /** What the lost worker had left out is on its guardian, at whatever collective of a compressed step it dies. */
    @Test
    void aDeathAtAnyCollectiveOfPowerSgdChangesNoBit() {
        String expected = Crew.alone(ToyJob.MLP, POWER_SGD);
        for (int at = 1; at <= 60; at++) {
            int victim = at % 3;
            List<String> digests = new Crew(3, 1, victim, at, POWER_SGD).run(Wire.Kind.THREADS, ToyJob.MLP);
            for (int worker = 0; worker < 3; worker++) {
                boolean killed = worker == victim && digests.get(worker).equals("killed");
                assertEquals(killed ? "killed" : expected, digests.get(worker), "worker " + worker + ", at " + at);
            }
        }
    }

    @Test
    void aLossWithoutReplicasEndsTheJobAndSaysWhatToDo() {
        CommHook alone = CommHook.powerSgd(o -> o.startPowerSgdIter(0).errorReplicas(false));
        assertEquals(
                Crew.alone(ToyJob.MLP, alone),
                Crew.of(3, 1, alone).run(Wire.Kind.THREADS, ToyJob.MLP).getFirst());
        AssertionError end = assertThrows(
                AssertionError.class, () -> new Crew(2, 1, 0, 12, alone).run(Wire.Kind.THREADS, ToyJob.MLP));
        assertTrue(String.valueOf(end.getCause()).contains("resume from a checkpoint"), end.toString());
    }

    @ParameterizedTest
    @MethodSource("hooks")
    void aboutHalfTheBytesCrossTheWireAtMost(CommHook every) {
        CommHook hook = every.equals(POWER_SGD) ? THIN : every;
        for (int workers : new int[] {2, 3}) {
            long plain = Crew.of(workers, 1, CommHook.allReduce()).bytesSent(ToyJob.MLP);
            long compressed = Crew.of(workers, 1, hook).bytesSent(ToyJob.MLP);
            assertTrue(compressed < 0.6 * plain, compressed + " of " + plain + " bytes"); // Headers stay as long.
        }
    }
}
