package dev.lockstep.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** The goldens are PyTorch 2.7.1's on CPU: {@code torch.manual_seed(s); torch.randn(20)} and so on. */
class GeneratorTest {
    @Test
    void theTwisterGivesItsReferenceNumbers() {
        MersenneTwister twister = new MersenneTwister(5489);
        int last = 0;
        for (int i = 0; i < 10_000; i++) {
            last = twister.nextInt();
        }
        assertEquals(4123659995L, last & 0xffffffffL); // C++ standard, 26.5.5: the 10,000th of the default seed.
    }

    @Test
    void normalNumbersInBlocksAreTorchs() {
        float[] numbers = new float[20];
        new Generator(0).fillNormal(numbers);
        float[] torch = {-1.1258398f, -1.1523602f, -0.25057858f, -0.4338788f, 0.59883946f};
        assertArrayEquals(torch, Arrays.copyOf(numbers, 5), 1e-6f);
    }

    @Test
    void permutationsAreTorchs() {
        assertArrayEquals(new long[] {5, 4, 2, 6, 7, 3, 1, 0}, new Generator(1).permutation(8));
    }

    @Test
    void wholeNumbersAreTorchs() {
        Generator generator = new Generator(1);
        long[] drawn = new long[6];
        Arrays.setAll(drawn, i -> generator.nextLong(0, 10));
        assertArrayEquals(new long[] {5, 9, 4, 8, 3, 3}, drawn);
    }

    @Test
    void aLinearLayersInitialisationIsTorchs() {
        Generator generator = new Generator(0);
        float bound = (float) (1 / Math.sqrt(3));
        float[] weight = {-0.0043225177f, 0.30971584f, -0.47518533f, -0.4248946f, -0.22236897f, 0.15482073f};
        for (float expected : weight) {
            assertEquals(expected, generator.nextFloat() * (bound + bound) - bound, 1e-7f);
        }
    }

    @Test
    void theSameSeedGivesTheSameStreamAgain() {
        Generator generator = new Generator(7);
        double first = generator.nextNormal();
        generator.nextFloat();
        assertEquals(first, generator.manualSeed(7).nextNormal());
    }

    @Test
    void anEmptyRangeIsAnError() {
        assertThrows(IllegalArgumentException.class, () -> new Generator(0).nextLong(3, 3));
    }
}
