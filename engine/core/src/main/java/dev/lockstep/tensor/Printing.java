package dev.lockstep.tensor;

import dev.lockstep.layout.DType;
import java.util.Arrays;
import java.util.Locale;

/** Prints tensors as torch does: nested brackets, columns aligned, only the edges of large ones. */
final class Printing {
    private static final int THRESHOLD = 1000;
    private static final int EDGE = 3;

    private final Tensor tensor;
    private final boolean cut;
    private final String[] cells;
    private final int width;

    private Printing(Tensor tensor, double[] values) {
        this.tensor = tensor;
        this.cut = tensor.numel() > THRESHOLD;
        this.cells = format(tensor.dtype(), values);
        this.width = Arrays.stream(cells).mapToInt(String::length).max().orElse(0);
    }

    static String print(Tensor tensor) {
        Printing printing = new Printing(tensor, tensor.toDoubleArray());
        StringBuilder out = new StringBuilder("tensor(");
        printing.append(out, 0, 0);
        if (tensor.dtype() != DType.F32 && tensor.dtype() != DType.I64 && tensor.dtype() != DType.BOOL) {
            out.append(", dtype=").append(tensor.dtype());
        }
        if (tensor.numel() == 0) {
            out.append(", shape=").append(tensor.shape());
        }
        if (tensor.requiresGrad()) {
            out.append(", requiresGrad=true");
        }
        return out.append(')').toString();
    }

    private static String[] format(DType dtype, double[] values) {
        if (dtype == DType.BOOL) {
            return Arrays.stream(values).mapToObj(v -> v != 0 ? "true" : "false").toArray(String[]::new);
        }
        if (!dtype.isFloating()) {
            return Arrays.stream(values).mapToObj(v -> Long.toString((long) v)).toArray(String[]::new);
        }
        return Arrays.stream(values).mapToObj(pattern(values)).toArray(String[]::new);
    }

    private static java.util.function.DoubleFunction<String> pattern(double[] values) {
        double[] finite = Arrays.stream(values).filter(Double::isFinite).map(Math::abs).toArray();
        boolean whole = Arrays.stream(finite).allMatch(v -> v == Math.rint(v));
        double max = Arrays.stream(finite).max().orElse(0);
        double min = Arrays.stream(finite).filter(v -> v > 0).min().orElse(max);
        boolean scientific = max > 1e8 || (min > 0 && (max / min > 1000 || min < 1e-4) && !whole);
        String form = scientific ? "%.4e" : whole ? "%.0f." : "%.4f";
        return v -> Double.isFinite(v)
                ? String.format(Locale.ROOT, form, v)
                : Double.isNaN(v) ? "nan" : v > 0 ? "inf" : "-inf";
    }

    /** Appends the part of the tensor below {@code axis} that starts at element {@code start}. */
    private void append(StringBuilder out, int axis, long start) {
        if (axis == tensor.rank()) {
            String cell = cells[(int) start];
            out.append(tensor.rank() == 0 ? cell : " ".repeat(width - cell.length()) + cell);
            return;
        }
        long size = tensor.size(axis);
        long below = below(axis);
        out.append('[');
        for (long i = 0; i < size; i++) {
            boolean skips = cut && size > 2 * EDGE && i == EDGE;
            if (skips) {
                separate(out, axis, i);
                out.append("...");
                i = size - EDGE;
            }
            separate(out, axis, i);
            append(out, axis + 1, start + i * below);
        }
        out.append(']');
    }

    private void separate(StringBuilder out, int axis, long index) {
        if (index == 0) {
            return;
        }
        int deeper = tensor.rank() - axis - 1;
        out.append(',').append(deeper == 0 ? " " : "\n".repeat(deeper) + " ".repeat("tensor(".length() + axis + 1));
    }

    private long below(int axis) {
        long product = 1;
        for (int i = axis + 1; i < tensor.rank(); i++) {
            product *= tensor.size(i);
        }
        return product;
    }
}
