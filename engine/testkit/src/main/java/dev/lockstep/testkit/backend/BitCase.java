package dev.lockstep.testkit.backend;

import dev.lockstep.backend.Value;
import dev.lockstep.backend.op.Op;
import dev.lockstep.layout.DType;
import dev.lockstep.layout.Layout;
import dev.lockstep.layout.Shape;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/**
 * An op with inputs that depend on nothing but the case, and the digest of what it gives.
 *
 * @param name what a failing test prints
 * @param op the op
 * @param operands how its inputs are made
 */
public record BitCase(String name, Op op, List<Operand> operands) {
    /**
     * One input.
     *
     * @param layout its shape and strides
     * @param kind what its numbers are
     */
    public record Operand(Layout layout, Kind kind) {
        /** Makes an operand in C order. */
        public static Operand of(Kind kind, long... sizes) {
            return new Operand(Layout.contiguous(Shape.of(sizes)), kind);
        }
    }

    /** The kinds of numbers. */
    public enum Kind {
        /** Normal numbers, f32. */
        NORMAL,
        /** Magnitudes of normal numbers, f32: variances and the like. */
        POSITIVE,
        /** Extreme f32 numbers among normal ones: zeros, denormals, infinities, NaN, the edges of exp and of sin. */
        EXTREME,
        /** Indexes 0, 1, 2, 0, 1, 2, ... */
        INDEX,
        /** Whole numbers of 64 bits, negative ones and those at the edges of 8, 32 and 64 bits among them, no zeros. */
        LONG,
        /** The same cut to 32 bits. */
        INT,
        /** The same cut to 16 bits. */
        SHORT,
        /** The same cut to 8 bits. */
        SIGNED_BYTE,
        /** The same cut to 8 bits without a sign. */
        BYTE,
        /** Alternating truth. */
        BOOL
    }

    private static final double[] EDGES = {
        0.0,
        -0.0,
        Float.MIN_VALUE,
        -Float.MIN_VALUE,
        1e-40,
        Float.MIN_NORMAL,
        Float.MAX_VALUE,
        -Float.MAX_VALUE,
        Double.POSITIVE_INFINITY,
        Double.NEGATIVE_INFINITY,
        Double.NaN,
        1,
        -1,
        88.7f,
        89,
        -87.4f,
        -103.9f,
        -104,
        0.625f,
        0.921875f,
        65536,
        65537,
        1e30f,
        0.70710678f
    };

    private static final long[] WHOLE = {
        1,
        -1,
        2,
        127,
        128,
        -128,
        255,
        3,
        Integer.MAX_VALUE,
        Integer.MIN_VALUE,
        7,
        -5,
        Long.MIN_VALUE,
        (1L << 40) + 9,
        -30
    };

    /** Makes the inputs anew. */
    public Value[] inputs(Values values) {
        return inputs(values, 0);
    }

    /** Makes other inputs of the same kinds: a variant has numbers of its own. */
    public Value[] inputs(Values values, int variant) {
        Value[] inputs = new Value[operands.size()];
        for (int i = 0; i < inputs.length; i++) {
            inputs[i] = input(values, operands.get(i), i + 1 + 100L * variant);
        }
        return inputs;
    }

    private static Value input(Values values, Operand operand, long seed) {
        int count = (int) operand.layout().shape().elements();
        double[] numbers = Values.normals(count, seed);
        for (int i = 0; i < count; i++) {
            numbers[i] = switch (operand.kind()) {
                case NORMAL -> numbers[i];
                case POSITIVE -> Math.abs(numbers[i]);
                case EXTREME -> i % 3 == 1 ? EDGES[(int) ((i / 3 + 7 * seed) % EDGES.length)] : numbers[i] * 40;
                case INDEX -> i % 3;
                case LONG -> whole(i, seed);
                case INT -> notZero((int) whole(i, seed));
                case SHORT -> notZero((short) whole(i, seed));
                case SIGNED_BYTE -> notZero((byte) whole(i, seed));
                case BYTE -> Math.max(1, whole(i, seed) & 0xff);
                case BOOL -> i % 2;
            };
        }
        DType dtype = switch (operand.kind()) {
            case NORMAL, POSITIVE, EXTREME -> DType.F32;
            case INDEX, LONG -> DType.I64;
            case INT -> DType.I32;
            case SHORT -> DType.I16;
            case SIGNED_BYTE -> DType.I8;
            case BYTE -> DType.U8;
            case BOOL -> DType.BOOL;
        };
        return values.of(dtype, operand.layout(), numbers);
    }

    private static long whole(int i, long seed) {
        return WHOLE[(int) ((i + 4 * seed) % WHOLE.length)];
    }

    private static int notZero(int number) {
        return number == 0 ? 11 : number;
    }

    /** Runs the op on fresh inputs and digests its outputs, or what it wrote in place. */
    public String digest(Values values) {
        Value[] inputs = inputs(values);
        Value[] outputs = values.all(op, inputs);
        return digest(outputs.length == 0 ? inputs : outputs);
    }

    private static String digest(Value... values) {
        try {
            var digest = MessageDigest.getInstance("SHA-256");
            for (Value value : values) {
                long[] bits = Values.bits(value);
                var bytes = ByteBuffer.allocate(bits.length * Long.BYTES);
                bytes.asLongBuffer().put(bits);
                digest.update(bytes.array());
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has SHA-256", e);
        }
    }

    @Override
    public String toString() {
        return name;
    }
}
