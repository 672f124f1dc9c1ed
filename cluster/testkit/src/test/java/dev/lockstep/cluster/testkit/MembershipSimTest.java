package dev.lockstep.cluster.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lockstep.cluster.Generation;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Runs the rules of membership under seeded schedules. A failure prints its seed: run it again with
 * {@code -Dlockstep.sim.seed=SEED -Dtest=MembershipSimTest}; {@code -Dlockstep.sim.schedules=N} runs more.
 */
class MembershipSimTest {

    private static final int SCHEDULES_PER_SEED = Integer.getInteger("lockstep.sim.schedules", 40);
    private static final int MACHINES = 3;
    private static final int WORKERS_PER_MACHINE = 2;
    private static final int WORKERS = MACHINES * WORKERS_PER_MACHINE;
    private static final int LOSS_PERCENT = 40;
    private static final Duration ALL_READY = Duration.ofSeconds(1);
    private static final Duration FAULTS_WITHIN = Duration.ofSeconds(6);

    private static final long FRESH_SEED = new SecureRandom().nextLong();

    static LongStream seeds() {
        Long chosen = Long.getLong("lockstep.sim.seed");
        return chosen == null ? LongStream.of(1, 2, 3, FRESH_SEED) : LongStream.of(chosen);
    }

    @BeforeAll
    static void printSeed() {
        System.out.println("MembershipSimTest: fresh seed " + FRESH_SEED);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void finishesWhileAWorkerIsLeft(long seed) {
        forEachSchedule(seed, (cluster, random) -> {
            for (int killed = random.nextInt(WORKERS); killed > 0; killed--) {
                int worker = 1 + random.nextInt(WORKERS - 1);
                faultAfterStart(cluster, () -> cluster.killWorker(worker));
            }
            assertEquals(List.of(0), cluster.run());
        });
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void finishesWhenMachinesAreLost(long seed) {
        forEachSchedule(seed, (cluster, random) -> {
            faultAfterStart(cluster, () -> cluster.killAgent(1));
            if (random.nextBoolean()) {
                faultAfterStart(cluster, () -> cluster.killAgent(2));
            }
            assertEquals(List.of(0), cluster.run());
        });
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void givesUpTheAccusedOfACutLinkAndFinishes(long seed) {
        forEachSchedule(seed, (cluster, random) -> {
            int first = random.nextInt(WORKERS);
            int second = (first + 1 + random.nextInt(WORKERS - 1)) % WORKERS;
            faultAfterStart(cluster, () -> cluster.cutLink(first, second));
            assertEquals(List.of(0), cluster.run());
        });
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void endsWhateverDiesAndWhenever(long seed) {
        forEachSchedule(seed, (cluster, random) -> {
            for (int faults = random.nextInt(2 * WORKERS); faults > 0; faults--) {
                anyFault(cluster, random);
            }
            // A machine that is lost before its workers started leaves the others waiting for the rendezvous: 4.
            assertAmong(Set.of(0, 4, 5), cluster.run());
        });
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void twoCoordinatorsNeverBothWin(long seed) {
        forEachSchedule(seed, (cluster, random) -> {
            cluster.time().after(FAULTS_WITHIN, cluster::startCoordinator);
            cluster.time().after(FAULTS_WITHIN, cluster::startCoordinator);
            cluster.time().after(FAULTS_WITHIN, cluster::crashOldestCoordinator);
            for (int faults = random.nextInt(WORKERS); faults > 0; faults--) {
                anyFault(cluster, random);
            }
            // A coordinator that comes after an early end finds nobody and waits for the rendezvous in vain: 4.
            assertAmong(Set.of(0, 4, 5), cluster.run());
        });
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void finishesOnANetworkThatLosesPackets(long seed) {
        forEachSchedule(seed, LOSS_PERCENT, (cluster, random) -> {
            for (int killed = random.nextInt(WORKERS_PER_MACHINE + 1); killed > 0; killed--) {
                int worker = WORKERS_PER_MACHINE + random.nextInt(WORKERS_PER_MACHINE);
                faultAfterStart(cluster, () -> cluster.killWorker(worker));
            }
            if (random.nextBoolean()) {
                faultAfterStart(cluster, () -> cluster.killAgent(2));
            }
            assertEquals(List.of(0), cluster.run());
        });
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void endsOnSuchANetworkWhateverDiesAndWhenever(long seed) {
        forEachSchedule(seed, LOSS_PERCENT, (cluster, random) -> {
            cluster.time().after(FAULTS_WITHIN, cluster::startCoordinator);
            cluster.time().after(FAULTS_WITHIN, cluster::crashOldestCoordinator);
            for (int faults = random.nextInt(2 * WORKERS); faults > 0; faults--) {
                anyFault(cluster, random);
            }
            assertAmong(Set.of(0, 4, 5), cluster.run());
        });
    }

    @Test
    void sameSeedSameRun() {
        assertEquals(lastGenerationOf(5), lastGenerationOf(5));
    }

    private static Generation lastGenerationOf(long seed) {
        var cluster = new SimulatedCluster(seed, MACHINES, WORKERS_PER_MACHINE);
        faultAfterStart(cluster, () -> cluster.killWorker(3));
        faultAfterStart(cluster, () -> cluster.killAgent(2));
        cluster.run();
        return cluster.register.latest(cluster.job.attempt()).orElseThrow();
    }

    private static void assertAmong(Set<Integer> allowed, List<Integer> exitCodes) {
        assertTrue(allowed.containsAll(exitCodes), "exit codes " + exitCodes);
    }

    private static void anyFault(SimulatedCluster cluster, SplittableRandom random) {
        int worker = random.nextInt(WORKERS);
        int other = (worker + 1 + random.nextInt(WORKERS - 1)) % WORKERS;
        Runnable fault = switch (random.nextInt(4)) {
            case 0 -> () -> cluster.killAgent(worker / WORKERS_PER_MACHINE);
            case 1 -> () -> cluster.cutLink(worker, other);
            default -> () -> cluster.killWorker(worker);
        };
        cluster.time().after(FAULTS_WITHIN, fault);
    }

    /** Before the first generation the loss of a worker ends the run. */
    private static void faultAfterStart(SimulatedCluster cluster, Runnable fault) {
        VirtualTime time = cluster.time();
        time.at(ALL_READY.toNanos() + time.within(FAULTS_WITHIN), () -> onceItTrains(cluster, fault));
    }

    private static void onceItTrains(SimulatedCluster cluster, Runnable fault) {
        if (cluster.register.latest(cluster.job.attempt()).isPresent()) {
            fault.run();
        } else {
            cluster.time().after(ALL_READY, () -> onceItTrains(cluster, fault));
        }
    }

    private interface Schedule {
        void run(SimulatedCluster cluster, SplittableRandom random);
    }

    private static void forEachSchedule(long seed, Schedule schedule) {
        forEachSchedule(seed, 0, schedule);
    }

    private static void forEachSchedule(long seed, int lossPercent, Schedule schedule) {
        var seeds = new SplittableRandom(seed);
        for (int count = 0; count < SCHEDULES_PER_SEED; count++) {
            var cluster = new SimulatedCluster(seeds.nextLong(), MACHINES, WORKERS_PER_MACHINE, lossPercent);
            try {
                schedule.run(cluster, cluster.time().random());
            } catch (AssertionError broken) {
                throw new AssertionError("-Dlockstep.sim.seed=" + seed + " schedule " + count, broken);
            }
        }
    }
}
