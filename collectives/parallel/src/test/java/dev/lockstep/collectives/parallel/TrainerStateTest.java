package dev.lockstep.collectives.parallel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lockstep.device.Device;
import dev.lockstep.module.StateDict;
import dev.lockstep.serialization.Safetensors;
import dev.lockstep.tensor.Tensor;
import dev.lockstep.testkit.ToyJob;
import dev.lockstep.train.CommHook;
import dev.lockstep.train.Job;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A run that stops, and goes on with another number of workers, ends with the bits of one that was not disturbed. */
class TrainerStateTest {
    private static final CommHook POWER_SGD =
            CommHook.powerSgd(o -> o.matrixApproximationRank(2).startPowerSgdIter(1));
    private static final CommHook THIN =
            CommHook.powerSgd(o -> o.startPowerSgdIter(0).errorReplicas(false));

    @TempDir
    Path folder;

    static Stream<CommHook> hooks() {
        return Stream.of(CommHook.allReduce(), CommHook.bf16Compress(), POWER_SGD, THIN);
    }

    private Path file() {
        return folder.resolve("state.safetensors");
    }

    /** Stops after so many steps of the eight, which is in the middle of the first epoch, at its end, or later. */
    private void stop(Crew crew, ToyJob toy, Wire.Kind kind, long steps) {
        crew.run(kind, toy, run -> run.train(o -> o.steps(steps).saveState(file(), steps)));
    }

    private List<String> resume(Crew crew, ToyJob toy, Wire.Kind kind) {
        return crew.run(kind, toy, run -> run.resume(Safetensors.load(file())).train());
    }

    @ParameterizedTest
    @MethodSource("hooks")
    void anotherNumberOfWorkersGoesOnToTheSameBits(CommHook hook) {
        for (ToyJob toy : List.of(ToyJob.MLP, ToyJob.CONVNET)) {
            String expected = Crew.alone(toy, hook);
            for (int workers = 1; workers <= 3; workers++) {
                stop(Crew.of(workers, 1, hook), toy, Wire.Kind.THREADS, 2 + workers); // An epoch has 4 steps.
                for (String digest : resume(Crew.of(4 - workers, 1, hook), toy, Wire.Kind.THREADS)) {
                    assertEquals(expected, digest, toy + " from " + workers + " workers to " + (4 - workers));
                }
            }
        }
    }

    @Test
    void overSharedMemoryToo() {
        stop(Crew.of(2, 1, POWER_SGD), ToyJob.MLP, Wire.Kind.SHARED, 5);
        String expected = Crew.alone(ToyJob.MLP, POWER_SGD);
        assertEquals(
                List.of(expected, expected, expected), resume(Crew.of(3, 1, POWER_SGD), ToyJob.MLP, Wire.Kind.SHARED));
    }

    @Test
    void aDeathWhileTheStateIsGatheredChangesNoBit() {
        String expected = Crew.alone(ToyJob.MLP, POWER_SGD);
        for (int at = 20; at <= 60; at += 3) {
            Crew crew = new Crew(3, 1, 1, at, POWER_SGD);
            List<String> digests =
                    crew.run(Wire.Kind.THREADS, ToyJob.MLP, run -> run.train(o -> o.saveState(file(), 2)));
            assertEquals(List.of(expected, "killed", expected), digests, "death at " + at);
            for (String digest : resume(Crew.of(1, 1, POWER_SGD), ToyJob.MLP, Wire.Kind.THREADS)) {
                assertEquals(expected, digest, "from the last state, death at " + at);
            }
        }
    }

    /** Two factored matrices of the MLP: what each of the 8 virtual ranks left out of both, and two Q. */
    @Test
    void holdsWhatAllVirtualRanksLeftOut() {
        stop(Crew.of(3, 1, POWER_SGD), ToyJob.MLP, Wire.Kind.THREADS, 3);
        StateDict state = Safetensors.load(file());
        long leftOut = state.keys().stream()
                .filter(key -> key.startsWith("hook.powersgd.error."))
                .count();
        long factors = state.keys().stream()
                .filter(key -> key.startsWith("hook.powersgd.q."))
                .count();
        assertTrue(factors >= 1, state.keys().toString());
        assertEquals(Crew.VIRTUAL_RANKS * factors, leftOut);
        assertEquals(3, state.get("trainer.steps").itemLong());
        assertEquals(3, state.get("optimizer.steps").itemLong());
        assertEquals(Crew.VIRTUAL_RANKS, state.get("trainer.virtual_ranks").itemLong());
        assertTrue(state.contains("model.hidden.weight"), state.keys().toString());
    }

    @Test
    void refusesAStateOfAnotherJob() {
        stop(Crew.of(1, 1, CommHook.allReduce()), ToyJob.MLP, Wire.Kind.THREADS, 3);
        StateDict state = Safetensors.load(file());
        Job otherRanks = Job.alone(new Job.Settings(4, 1, 1, 0, Device.CPU, 10));
        Job otherSeed = Job.alone(new Job.Settings(8, 1, 1, 7, Device.CPU, 10));
        assertRefusal(otherRanks, ToyJob.MLP, state, "--virtual-ranks 8");
        assertRefusal(otherSeed, ToyJob.MLP, state, "--seed 0");
        assertRefusal(Job.alone(Job.Settings.defaults()), ToyJob.CONVNET, state, "missing: conv.weight");
        SequencedMap<String, Tensor> weights = new LinkedHashMap<>();
        weights.put("hidden.weight", state.get("model.hidden.weight"));
        assertRefusal(
                Job.alone(Job.Settings.defaults()), ToyJob.MLP, new StateDict(weights), "no key of a trainer's state");
    }

    private static void assertRefusal(Job job, ToyJob toy, StateDict state, String what) {
        ToyJob.Run run = toy.prepare(job);
        String message = assertThrows(IllegalArgumentException.class, () -> run.resume(state))
                .getMessage();
        assertTrue(message.contains(what), message);
    }

    @Test
    void vGoesOnWhereNobodyChoosesIt() {
        stop(Crew.of(1, 1, CommHook.allReduce()), ToyJob.MLP, Wire.Kind.THREADS, 3);
        Job chooses = Job.alone(Job.Settings.defaults());
        String expected = Crew.alone(ToyJob.MLP, CommHook.allReduce());
        assertEquals(
                expected,
                ToyJob.MLP.prepare(chooses).resume(Safetensors.load(file())).train());
        assertFalse(expected.equals(ToyJob.MLP.prepare(chooses).train()), "V by the rule would be another one");
    }
}
