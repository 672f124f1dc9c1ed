package dev.lockstep.collectives.parallel;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.lockstep.testkit.ToyJob;
import dev.lockstep.train.CommHook;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The promise, across workers: the digest is that of one worker, whoever is lost and whenever. */
class ElasticReducerTest {
    private static final CommHook PLAIN = CommHook.allReduce();

    @ParameterizedTest
    @EnumSource(ToyJob.class)
    void anyNumberOfWorkersAndThreadsGivesTheBitsOfOne(ToyJob toy) {
        String expected = Crew.alone(toy, PLAIN);
        for (int workers = 1; workers <= 5; workers++) {
            for (String digest : Crew.of(workers, 1 + workers % 2, PLAIN).run(Wire.Kind.THREADS, toy)) {
                assertEquals(expected, digest, workers + " workers");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8, 15, 16, 17, 18})
    void aDeathAtAnyCollectiveChangesNoBit(int at) {
        String expected = Crew.alone(ToyJob.CONVNET, PLAIN);
        List<String> digests = new Crew(3, 1, at % 3, at, PLAIN).run(Wire.Kind.THREADS, ToyJob.CONVNET);
        for (int worker = 0; worker < 3; worker++) {
            String wanted = worker == at % 3 && !digests.get(worker).equals(expected) ? "killed" : expected;
            assertEquals(wanted, digests.get(worker), "worker " + worker + ", death at collective " + at);
        }
    }

    @ParameterizedTest
    @EnumSource(ToyJob.class)
    void bucketsThatLeaveEarlyChangeNoBit(ToyJob toy) {
        String expected = Crew.alone(toy, PLAIN);
        for (int workers : List.of(1, 2, 3, 4)) {
            for (int threads : List.of(1, 3)) {
                Crew crew = Crew.of(workers, threads, PLAIN).withSmallBuckets();
                for (String digest : crew.run(Wire.Kind.THREADS, toy)) {
                    assertEquals(expected, digest, workers + " workers of " + threads + " threads");
                }
            }
        }
        for (Wire.Kind kind : List.of(Wire.Kind.TCP, Wire.Kind.SHARED)) {
            Crew.of(3, 2, PLAIN)
                    .withSmallBuckets()
                    .run(kind, toy)
                    .forEach(digest -> assertEquals(expected, digest, "over " + kind));
        }
    }

    /** Four virtual ranks a worker, 8 steps, one bucket: what a worker accumulates it sends once. */
    @Test
    void virtualRanksOfOneWorkerAreAccumulatedWithoutCommunication() {
        assertEquals(2 * 8, Crew.of(2, 1, PLAIN).allReduces(ToyJob.MLP));
    }

    @Test
    void aDeathWhileBucketsLeaveEarlyChangesNoBit() {
        String expected = Crew.alone(ToyJob.CONVNET, PLAIN);
        for (int at = 1; at <= 40; at++) {
            int victim = at % 3;
            Crew crew = new Crew(3, 2, victim, at, PLAIN).withSmallBuckets();
            List<String> digests = crew.run(Wire.Kind.THREADS, ToyJob.CONVNET);
            for (int worker = 0; worker < 3; worker++) {
                boolean killed = worker == victim && !digests.get(worker).equals(expected);
                assertEquals(killed ? "killed" : expected, digests.get(worker), "worker " + worker + ", at " + at);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {3, 8})
    void theLastOfTwoWorkersCarriesOn(int at) {
        assertEquals(
                Crew.alone(ToyJob.MLP, PLAIN),
                new Crew(2, 1, 0, at, PLAIN).run(Wire.Kind.THREADS, ToyJob.MLP).get(1));
    }

    /** Where workers share memory they read one another's gradients where these lie. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aDeathOverSharedMemoryChangesNoBit(boolean smallBuckets) {
        String expected = Crew.alone(ToyJob.MLP, PLAIN);
        for (int at = 1; at <= 24; at++) {
            int victim = at % 3;
            Crew usual = new Crew(3, 2, victim, at, PLAIN);
            List<String> digests = (smallBuckets ? usual.withSmallBuckets() : usual).run(Wire.Kind.SHARED, ToyJob.MLP);
            for (int worker = 0; worker < 3; worker++) {
                boolean killed = worker == victim && !digests.get(worker).equals(expected);
                assertEquals(killed ? "killed" : expected, digests.get(worker), "worker " + worker + ", at " + at);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(ToyJob.class)
    void overTcpToo(ToyJob toy) {
        String expected = Crew.alone(toy, PLAIN);
        for (int workers : List.of(2, 3, 5)) {
            Crew.of(workers, 1, PLAIN)
                    .run(Wire.Kind.TCP, toy)
                    .forEach(digest -> assertEquals(expected, digest, workers + " workers"));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 5, 6, 7})
    void aDeathOverTcpChangesNoBit(int at) {
        String expected = Crew.alone(ToyJob.MLP, PLAIN);
        List<String> digests = new Crew(3, 1, 1, at, PLAIN).run(Wire.Kind.TCP, ToyJob.MLP);
        assertEquals(List.of(expected, expected), List.of(digests.get(0), digests.get(2)));
    }
}
