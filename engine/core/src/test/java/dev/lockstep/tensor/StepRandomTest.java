package dev.lockstep.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import dev.lockstep.backend.op.RandomKey;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class StepRandomTest {
    @Test
    void doingAStepAgainDrawsTheSameKeys() {
        RandomSource first = new StepRandom(1, 2, 3);
        RandomSource again = new StepRandom(1, 2, 3);
        assertEquals(first.next(), again.next());
        assertEquals(first.next(), again.next());
    }

    @Test
    void keysDifferBySeedStepRankPathAndUse() {
        Set<RandomKey> keys = new HashSet<>();
        for (int i = 0; i < 27; i++) {
            draw(new StepRandom(i / 9, i / 3 % 3, i % 3), keys);
        }
        assertEquals(81, keys.size());
    }

    private static void draw(RandomSource source, Set<RandomKey> keys) {
        keys.add(source.next());
        keys.add(source.next());
        try (CallPath.Pop _ = CallPath.push("drop")) {
            keys.add(source.next());
        }
    }

    @Test
    void keysOfAModuleDoNotDependOnWhatOthersDrew() {
        StepRandom quiet = new StepRandom(1, 2, 3);
        StepRandom busy = new StepRandom(1, 2, 3);
        busy.next();
        try (CallPath.Pop _ = CallPath.push("drop")) {
            assertEquals(quiet.next(), busy.next());
        }
    }

    @Test
    void theFunctionOfThePathIsFixed() {
        assertEquals(0xaf63dc4c8601ec8cL, StepRandom.hash("a")); // FNV-1a's published test vector.
        assertEquals(0xe220a8397b1dcdafL, StepRandom.mix(0)); // SplitMix64's first output for seed 0.
    }

    @Test
    void insideOfAStepRandomTensorsAreCounterBased() {
        try (Scope _ = Scope.open();
                RandomSource.Restore _ = RandomSource.install(new StepRandom(1, 2, 3))) {
            float[] first = Tensors.rand(8).toFloatArray();
            try (RandomSource.Restore _ = RandomSource.install(new StepRandom(1, 2, 3))) {
                assertArrayEquals(first, Tensors.rand(8).toFloatArray());
            }
            assertNotEquals(first[0], Tensors.rand(8).toFloatArray()[0]);
        }
        assertFalse(RandomSource.isInStep());
    }

    @Test
    void pathsNest() {
        try (CallPath.Pop _ = CallPath.push("");
                CallPath.Pop _ = CallPath.push("encoder");
                CallPath.Pop _ = CallPath.push("attn")) {
            assertEquals("encoder.attn", CallPath.current());
        }
        assertEquals("", CallPath.current());
    }
}
