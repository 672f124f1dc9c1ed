package dev.lockstep.benchmarks.machine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class StretchTest {
    @Test
    void addsWhatThreadsDo() throws InterruptedException {
        double one = new Stretch(1, 0.05, Counted::new).best();
        double two = new Stretch(2, 0.05, Counted::new).best();
        assertTrue(one > 0, "one " + one);
        assertTrue(two > 0, "two " + two);
    }

    @Test
    void theTriadComputesWhatItSays() {
        Triad triad = new Triad(12 << 10);
        triad.run();
        assertEquals(2, triad.result()); // 1 + 0.5 * 2
        assertEquals(8 << 20, triad.amount(), 12 << 10);
    }

    @Test
    void thePeakChainsConverge() {
        Peak peak = new Peak();
        peak.run();
        assertEquals(12, peak.result(), 1e-3); // Twelve times the fixed point of s = 0.999 s + 0.001.
        assertTrue(peak.amount() >= 2.0 * 12 * 20_000 * 4, "amount " + peak.amount());
    }

    @Test
    void cachesHaveSizes() {
        CacheSizes sizes = CacheSizes.read();
        assertTrue(sizes.l2Bytes() >= 64 << 10, sizes.toString());
        assertTrue(sizes.l3Bytes() > 0, sizes.toString());
    }

    /** Work of a known amount. */
    private static final class Counted implements Work {
        private double sum;

        @Override
        public void run() {
            for (int i = 0; i < 1000; i++) {
                sum += i;
            }
        }

        @Override
        public double amount() {
            return 1000;
        }

        @Override
        public double result() {
            return sum;
        }
    }
}
