package dev.lockstep.collectives.testkit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lockstep.collectives.CollectiveException;
import dev.lockstep.collectives.GroupAbortedException;
import dev.lockstep.collectives.GroupOptions;
import dev.lockstep.collectives.transport.Transport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/**
 * Every algorithm over a network in virtual time. Whatever the weather, each rank gets the exact result or a clear
 * error within the deadline. {@code -Dlockstep.sim.seed=N} runs one seed alone.
 */
class CollectivesSimTest {
    private static final int SEEDS = 1_000;
    private static final Duration TIMEOUT = Duration.ofSeconds(2);
    private static final GroupOptions OPTIONS = GroupOptions.defaults().withTimeout(TIMEOUT);

    /** What a seed came to. */
    private record Outcome(int exact, List<CollectiveException> errors, long nanos) {}

    private static List<Long> seeds() {
        Long one = Long.getLong("lockstep.sim.seed");
        return one != null ? List.of(one) : LongStream.range(0, SEEDS).boxed().toList();
    }

    private static Outcome simulate(SimulatedCollective collective, long seed, boolean calm) {
        SplittableRandom random = new SplittableRandom(seed);
        VirtualSchedule schedule = new VirtualSchedule(random.split());
        Weather weather = calm ? Weather.calm(random) : Weather.stormy(random);
        int size = 2 + random.nextInt(4);
        SimulatedNetwork network = new SimulatedNetwork(size, schedule, weather, random.split());
        if (!calm) {
            fallApart(network, schedule, size, random.split());
        }
        List<CollectiveException> errors = new ArrayList<>();
        int[] exact = new int[1];
        SimulatedCollective.Case sought = collective.draw(size, random.split());
        for (Transport transport : network.transports()) {
            schedule.add(() -> {
                try {
                    sought.runAndCheck(transport, OPTIONS);
                    exact[0]++;
                } catch (CollectiveException error) {
                    errors.add(error);
                    transport.abort(error);
                }
            });
        }
        schedule.run();
        return new Outcome(exact[0], errors, schedule.now());
    }

    /** Cuts some ranks off for a while or for good, or ends one, as the seed says. */
    private static void fallApart(
            SimulatedNetwork network, VirtualSchedule schedule, int size, SplittableRandom random) {
        long at = random.nextLong(200_000_000);
        List<Integer> group = IntStream.range(0, size)
                .filter(_ -> random.nextBoolean())
                .boxed()
                .toList();
        boolean bothWays = random.nextBoolean();
        switch (random.nextInt(4)) {
            case 0 -> schedule.at(at, () -> network.isolate(group, bothWays, true));
            case 1 -> {
                schedule.at(at, () -> network.isolate(group, bothWays, true));
                schedule.at(at + random.nextLong(200_000_000), () -> network.isolate(group, bothWays, false));
            }
            case 2 -> {
                Transport victim = network.transports().get(random.nextInt(size));
                schedule.at(
                        at,
                        () -> victim.abort(new GroupAbortedException("rank " + victim.rank() + " was told to end")));
            }
            default -> {} // Only the weather.
        }
    }

    /** {@return the collective of a seed: they take turns} */
    private static SimulatedCollective collective(long seed) {
        return SimulatedCollective.values()[(int) (seed % SimulatedCollective.values().length)];
    }

    @Test
    void inCalmWeatherEveryRankGetsTheExactResult() {
        for (long seed : seeds()) {
            Outcome outcome = simulate(collective(seed), seed, true);
            assertTrue(outcome.errors().isEmpty(), () -> "seed " + seed + ": " + outcome.errors());
        }
    }

    @Test
    void inAStormEveryRankGetsTheExactResultOrAClearErrorInTime() {
        int exact = 0;
        int failed = 0;
        for (long seed : seeds()) {
            Outcome outcome = simulate(collective(seed), seed, false);
            exact += outcome.exact();
            failed += outcome.errors().size();
            for (CollectiveException error : outcome.errors()) {
                assertTrue(error.getMessage().contains("rank "), () -> "seed " + seed + ": " + error.getMessage());
            }
            long limit = SimulatedCollective.WAITS_MAX * TIMEOUT.toNanos();
            assertTrue(outcome.nanos() <= limit, () -> "seed " + seed + " took " + outcome.nanos() + " ns");
        }
        if (System.getProperty("lockstep.sim.seed") == null) {
            assertTrue(exact > SEEDS / 10, "storms that let nothing through test little: " + exact);
            assertTrue(failed > SEEDS / 10, "storms that harm nobody test little: " + failed);
        }
    }

    @Test
    void aSeedAloneDecidesWhatHappens() {
        for (long seed = 0; seed < 20; seed++) {
            Outcome first = simulate(SimulatedCollective.TREE_ALL_REDUCE, seed, false);
            Outcome second = simulate(SimulatedCollective.TREE_ALL_REDUCE, seed, false);
            assertEquals(first.nanos(), second.nanos());
            assertArrayEquals(
                    first.errors().stream().map(Throwable::getMessage).toArray(),
                    second.errors().stream().map(Throwable::getMessage).toArray());
        }
    }
}
