package dev.lockstep.tensor;

import dev.lockstep.autograd.GradMode;
import dev.lockstep.device.Device;
import dev.lockstep.layout.DType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/** Moves elements between tensors and Java's arrays and memory, in C order. */
final class Transfer {
    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;
    private static final ValueLayout.OfDouble DOUBLE = ValueLayout.JAVA_DOUBLE_UNALIGNED;
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;

    private Transfer() {}

    static double item(Tensor x) {
        checkSingle(x);
        double[] result = new double[1];
        read(x, DType.F64, memory -> result[0] = memory.get(DOUBLE, 0));
        return result[0];
    }

    static long itemLong(Tensor x) {
        checkSingle(x);
        long[] result = new long[1];
        read(x, DType.I64, memory -> result[0] = memory.get(LONG, 0));
        return result[0];
    }

    private static void checkSingle(Tensor x) {
        if (x.numel() != 1) {
            throw new IllegalArgumentException("item: a tensor of one element is needed, got shape " + x.shape());
        }
    }

    static float[] toFloatArray(Tensor x) {
        float[] array = new float[length(x)];
        read(x, DType.F32, memory -> MemorySegment.copy(memory, FLOAT, 0, array, 0, array.length));
        return array;
    }

    static double[] toDoubleArray(Tensor x) {
        double[] array = new double[length(x)];
        read(x, DType.F64, memory -> MemorySegment.copy(memory, DOUBLE, 0, array, 0, array.length));
        return array;
    }

    static long[] toLongArray(Tensor x) {
        long[] array = new long[length(x)];
        read(x, DType.I64, memory -> MemorySegment.copy(memory, LONG, 0, array, 0, array.length));
        return array;
    }

    static int[] toIntArray(Tensor x) {
        int[] array = new int[length(x)];
        read(x, DType.I32, memory -> MemorySegment.copy(memory, INT, 0, array, 0, array.length));
        return array;
    }

    static boolean[] toBooleanArray(Tensor x) {
        boolean[] array = new boolean[length(x)];
        read(x, DType.BOOL, memory -> {
            for (int i = 0; i < array.length; i++) {
                array[i] = memory.get(ValueLayout.JAVA_BYTE, i) != 0;
            }
        });
        return array;
    }

    static void copyTo(Tensor x, MemorySegment target) {
        read(x, x.dtype(), memory -> MemorySegment.copy(memory, 0, target, 0, memory.byteSize()));
    }

    static void copyFrom(Tensor x, MemorySegment source) {
        if (source.byteSize() != sizeBytes(x)) {
            throw new IllegalArgumentException("copyFrom: " + source.byteSize() + " bytes for " + x.dtype() + x.shape()
                    + ", which takes " + sizeBytes(x));
        }
        if (!x.isContiguous()) {
            try (var _ = GradMode.noGrad();
                    var _ = Scope.open("copyFrom")) {
                Tensor dense = Tensors.empty(x.dtype(), x.shape().toArray());
                copyFrom(dense, source);
                x.copy_(dense);
            }
            return;
        }
        memory(x).copyFrom(source);
        x.value().storage().bumpVersion();
    }

    /** Makes a tensor and lets {@code fill} write its memory. */
    static Tensor create(DType dtype, long[] sizes, BiConsumer<MemorySegment, Integer> fill, int length) {
        Tensor made = Tensors.empty(dtype, sizes);
        if (made.numel() != length) {
            made.close();
            throw new IllegalArgumentException("tensor: " + length + " elements do not fill shape " + made.shape());
        }
        fill.accept(memory(made), length);
        return made;
    }

    static Tensor toDevice(Tensor x, Device device) {
        if (x.device().equals(device)) {
            return x;
        }
        throw new UnsupportedOperationException(
                "to: copying from " + x.device() + " to " + device + " is not there yet");
    }

    private static void read(Tensor x, DType dtype, Consumer<MemorySegment> reader) {
        if (x.dtype() == dtype && x.isContiguous()) {
            reader.accept(memory(x));
            return;
        }
        try (var _ = GradMode.noGrad();
                var _ = Scope.open("read")) {
            reader.accept(memory(x.to(dtype).contiguous()));
        }
    }

    /** {@return the memory of a contiguous tensor's elements} */
    static MemorySegment memory(Tensor x) {
        long start = x.layout().offset() * x.dtype().sizeBytes();
        return x.value().storage().segment().asSlice(start, sizeBytes(x));
    }

    private static long sizeBytes(Tensor x) {
        return x.numel() * x.dtype().sizeBytes();
    }

    private static int length(Tensor x) {
        if (x.numel() > Integer.MAX_VALUE - 8) {
            throw new IllegalArgumentException("array: " + x.shape() + " has more elements than a Java array takes");
        }
        return (int) x.numel();
    }
}
