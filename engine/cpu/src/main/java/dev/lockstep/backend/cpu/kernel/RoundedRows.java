package dev.lockstep.backend.cpu.kernel;

import dev.lockstep.backend.cpu.kernel.AttentionColumns.Matrix;
import dev.lockstep.layout.DType;

/** Rounds rows of f32 numbers to a 16-bit dtype, as factors of products. */
public final class RoundedRows {
    private static final BatchKernel<Rounding> TO_BF16 = Apart.of(RoundedRows::toBf16);

    private RoundedRows() {}

    /** So many rows of one matrix that go to another; numbers in multiples of a vector. */
    private record Rounding(Matrix from, Matrix to, long rows, long width) {}

    /** Writes rows as bf16 numbers, in multiples of {@link AttentionColumns#LANES}. */
    public static void toBf16(Matrix from, long rows, Matrix to) {
        TO_BF16.run(new Rounding(from, to, rows, AttentionColumns.padded(from.width())));
    }

    private static void toBf16(Rounding of) {
        for (long row = 0; row < of.rows(); row++) {
            long from = of.from().row(row);
            long to = of.to().row(row);
            for (long i = 0; i < of.width(); i += Lanes.COUNT) {
                Lanes.storeBf16(Lanes.load(from + i * Float.BYTES), to + i * Short.BYTES);
            }
        }
    }

    /** Writes consecutive numbers as bf16 numbers. */
    public static void toBf16(long from, long to, long count) {
        Casts.floatToBf16(from, to, count);
    }

    /** Rounds rows in place: to numbers that the dtype has. */
    public static void through(DType dtype, Matrix of, long rows) {
        Casts.Cast there = Casts.of(DType.F32, dtype);
        Casts.Cast back = Casts.of(dtype, DType.F32);
        if (there == null || back == null) {
            throw new IllegalArgumentException("factors are rounded to BF16 or F16, got " + dtype);
        }
        long halves = Scratch.current().stage(0);
        for (long row = 0; row < rows; row++) {
            for (long done = 0; done < of.width(); done += Scratch.BLOCK) {
                long count = Math.min(Scratch.BLOCK, of.width() - done);
                long numbers = of.row(row) + done * Float.BYTES;
                there.run(numbers, halves, count);
                back.run(halves, numbers, count);
            }
        }
    }
}
