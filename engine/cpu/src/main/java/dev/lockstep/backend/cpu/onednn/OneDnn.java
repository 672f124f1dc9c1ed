package dev.lockstep.backend.cpu.onednn;

import java.util.Locale;

/** Opens oneDNN for this process and tells what was opened. Thread-safe. */
public final class OneDnn {
    /**
     * The system property that limits the instruction set: {@code native} (the default), {@code avx2} or
     * {@code avx512}.
     */
    public static final String ISA_PROPERTY = "lockstep.cpu.isa";

    private static final int ISA_AVX2 = 0x7;
    private static final int ISA_AVX512 = 0x27;
    private static final int ISA_AVX512_BF16 = 0xe7; // Wider sets have these bits too.

    private static boolean opened;

    private OneDnn() {}

    /**
     * Unpacks and loads the native libraries and limits the instruction set as {@value #ISA_PROPERTY} says. Does
     * nothing the second time.
     *
     * @throws IllegalStateException saying what was looked for and what was found, if the libraries are missing or do
     *     not load
     * @throws IllegalArgumentException if the property has another value
     */
    public static synchronized void open() {
        if (opened) {
            return;
        }
        String isa = System.getProperty(ISA_PROPERTY, "native").toLowerCase(Locale.ROOT);
        int limit = limit(isa);
        NativeLibraries.open();
        if (limit != 0) {
            Dnnl.setMaxIsa(limit);
        }
        opened = true;
    }

    private static int limit(String isa) {
        return switch (isa) {
            case "native", "" -> 0;
            case "avx2" -> ISA_AVX2;
            case "avx512" -> ISA_AVX512;
            default ->
                throw new IllegalArgumentException(
                        ISA_PROPERTY + " is \"" + isa + "\"; it must be native, avx2 or avx512");
        };
    }

    /** {@return version and commit of the library, such as {@code 3.11.0-9c5c...}} */
    public static String version() {
        return Dnnl.version();
    }

    /** {@return whether the instruction set in use multiplies bf16 values} */
    static boolean multipliesBf16() {
        return (Dnnl.effectiveIsa() & ISA_AVX512_BF16) == ISA_AVX512_BF16;
    }

    /** {@return the instruction set in use, such as {@code avx2} or {@code avx512_core}} */
    public static String instructionSet() {
        int isa = Dnnl.effectiveIsa();
        return switch (isa) {
            case 0x1 -> "sse41";
            case 0x3 -> "avx";
            case 0x7 -> "avx2";
            case 0xf -> "avx2_vnni";
            case 0x1f -> "avx2_vnni_2";
            case 0x27 -> "avx512_core";
            case 0x67 -> "avx512_core_vnni";
            case 0xe7 -> "avx512_core_bf16";
            case 0x1ef -> "avx10_1_512";
            case 0xfef -> "avx10_1_512_amx";
            case 0x1fef -> "avx10_1_512_amx_fp16";
            default -> "0x" + Integer.toHexString(isa);
        };
    }
}
