package dev.lockstep.benchmarks.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Collection;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.VerboseMode;

/** Runs every benchmark once at a small size, so that none is found broken on the day it is wanted. */
class KernelBenchmarksTest {
    @Test
    void everyBenchmarkRuns() throws RunnerException {
        Set<String> ran = new TreeSet<>();
        ran.addAll(once("Matmul|WeightGradient|Convolution|Rows", "sizes", "8x8x8x8x3"));
        ran.addAll(once("Chain|Update|Eager", "elements", "1000"));
        ran.addAll(once("AllReduce", "bytes", "64"));
        assertEquals(22, ran.size(), ran.toString());
    }

    private static Set<String> once(String classes, String parameter, String value) throws RunnerException {
        OptionsBuilder options = new OptionsBuilder();
        options.include("\\.(" + classes + ")Benchmark\\.").param(parameter, value);
        options.forks(0).warmupIterations(0).measurementIterations(1).mode(Mode.SingleShotTime);
        options.shouldFailOnError(true).verbosity(VerboseMode.SILENT);
        Collection<RunResult> results = new Runner(options.build()).run();
        Set<String> names = new TreeSet<>();
        for (RunResult result : results) {
            assertTrue(result.getPrimaryResult().getScore() > 0, result.toString());
            names.add(result.getParams().getBenchmark());
        }
        return names;
    }
}
