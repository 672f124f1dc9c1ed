package dev.lockstep.benchmarks.machine;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** a = b + s c over three arrays: two loads and a store an element; the line that a store fetches is not counted. */
final class Triad implements Work {
    private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    private static final int ARRAYS = 3;
    private static final long BYTES_A_RUN_MIN = 8 << 20;

    private final float[] a;
    private final float[] b;
    private final float[] c;
    private final int repeats;

    /** Makes three arrays that together have so many bytes. */
    Triad(long bytes) {
        int count = (int) (bytes / ARRAYS / Float.BYTES) / SPECIES.length() * SPECIES.length();
        this.a = new float[count];
        this.b = new float[count];
        this.c = new float[count];
        this.repeats = (int) Math.max(1, BYTES_A_RUN_MIN / bytes);
        Arrays.fill(b, 1);
        Arrays.fill(c, 2);
    }

    @Override
    public void run() {
        for (int i = 0; i < repeats; i++) {
            pass(a, b, c);
        }
    }

    private static void pass(float[] a, float[] b, float[] c) {
        FloatVector s = FloatVector.broadcast(SPECIES, 0.5f);
        for (int i = 0; i < a.length; i += SPECIES.length()) {
            FloatVector.fromArray(SPECIES, c, i)
                    .fma(s, FloatVector.fromArray(SPECIES, b, i))
                    .intoArray(a, i);
        }
    }

    @Override
    public double amount() {
        return (double) ARRAYS * Float.BYTES * a.length * repeats;
    }

    @Override
    public double result() {
        return a[a.length - 1];
    }
}
