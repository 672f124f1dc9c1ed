package dev.lockstep.serialization;

import dev.lockstep.layout.DType;
import dev.lockstep.layout.Shape;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * The head of an npy file: magic, version, length and the literal of a Python dictionary, padded so that the elements
 * begin at a multiple of 64 (numpy's format, versions 1.0, 2.0 and 3.0).
 *
 * @param dtype type of the elements
 * @param bigEndian whether their bytes stand in the order that is not ours
 * @param fortranOrder whether the first axis is the innermost
 * @param shape their sizes
 */
record NpyHeader(DType dtype, boolean bigEndian, boolean fortranOrder, Shape shape) {
    /** What every file begins with. */
    static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
    /** The longest head that is read. */
    static final int LITERAL_BYTES_MAX = 1 << 16;

    private static final int ALIGNMENT = 64;

    /** {@return the head of an array as this machine has it in memory} */
    static NpyHeader of(DType dtype, Shape shape) {
        return new NpyHeader(dtype, false, false, shape);
    }

    /**
     * Reads numpy's name of a type, such as {@code <f4}.
     *
     * @throws IllegalArgumentException saying why there are no tensors of it
     */
    static DType dtype(String descr) {
        if (descr.length() < 2 || "<>|=".indexOf(descr.charAt(0)) < 0) {
            throw new IllegalArgumentException("'" + descr + "' is no type of numbers");
        }
        return switch (descr.substring(1)) {
            case "f2" -> DType.F16;
            case "f4" -> DType.F32;
            case "f8" -> DType.F64;
            case "i1" -> DType.I8;
            case "i2" -> DType.I16;
            case "i4" -> DType.I32;
            case "i8" -> DType.I64;
            case "u1" -> DType.U8;
            case "b1" -> DType.BOOL;
            default ->
                throw new IllegalArgumentException("there are no tensors of type '" + descr + "'"
                        + (descr.endsWith("O") ? ": objects are pickles, which could run code" : ""));
        };
    }

    /** {@return numpy's name of a dtype} */
    static String descr(DType dtype) {
        return switch (dtype) {
            case F16 -> "<f2";
            case F32 -> "<f4";
            case F64 -> "<f8";
            case I8 -> "|i1";
            case I16 -> "<i2";
            case I32 -> "<i4";
            case I64 -> "<i8";
            case U8 -> "|u1";
            case BOOL -> "|b1";
            case BF16 ->
                throw new IllegalArgumentException("npy: numpy has no bfloat16; convert with to(DType.F32) first");
        };
    }

    /** {@return the bytes before the elements} */
    byte[] toBytes() {
        String sizes = Arrays.stream(shape.toArray()).mapToObj(Long::toString).collect(Collectors.joining(", "));
        String literal = String.format(
                Locale.ROOT,
                "{'descr': '%s', 'fortran_order': False, 'shape': (%s), }",
                descr(dtype),
                shape.rank() == 1 ? sizes + "," : sizes);
        int fixed = MAGIC.length + 4;
        int length = Math.ceilDiv(fixed + literal.length() + 1, ALIGNMENT) * ALIGNMENT - fixed;
        ByteBuffer out = ByteBuffer.allocate(fixed + length).order(ByteOrder.LITTLE_ENDIAN);
        out.put(MAGIC).put((byte) 1).put((byte) 0).putShort((short) length);
        out.put(literal.getBytes(StandardCharsets.US_ASCII));
        while (out.remaining() > 1) {
            out.put((byte) ' ');
        }
        return out.put((byte) '\n').array();
    }
}
