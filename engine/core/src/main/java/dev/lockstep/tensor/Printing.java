package dev.lockstep.tensor;

import dev.lockstep.autograd.GradMode;
import dev.lockstep.layout.DType;
import dev.lockstep.layout.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.DoubleFunction;

/** Prints tensors as torch does: nested brackets, columns aligned, only the edges of large ones. */
final class Printing {
    private static final int THRESHOLD = 1000;
    private static final int EDGE = 3;
    private static final int LINE_CHARS = 80;

    /** The tensor, or its edges: what is printed. */
    private final Tensor shown;

    /** The sizes of the whole tensor, by which cut axes are told. */
    private final Shape whole;

    private final String[] cells;
    private final int width;

    private Printing(Tensor shown, Shape whole) {
        this.shown = shown;
        this.whole = whole;
        this.cells = format(shown.dtype(), shown.toDoubleArray());
        this.width = Arrays.stream(cells).mapToInt(String::length).max().orElse(0);
    }

    static String print(Tensor tensor) {
        try (GradMode.Restore _ = GradMode.noGrad();
                Scope _ = Scope.open("toString")) {
            Tensor shown = tensor.numel() > THRESHOLD ? edges(tensor) : tensor;
            return print(tensor, new Printing(shown, tensor.shape()));
        }
    }

    /** {@return the first and last elements of every long axis} */
    private static Tensor edges(Tensor tensor) {
        Tensor cut = tensor;
        for (int axis = 0; axis < tensor.rank(); axis++) {
            long size = tensor.size(axis);
            if (size > 2 * EDGE) {
                cut = Tensors.cat(axis, cut.narrow(axis, 0, EDGE), cut.narrow(axis, size - EDGE, EDGE));
            }
        }
        return cut;
    }

    private static String print(Tensor tensor, Printing printing) {
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
            return Arrays.stream(values)
                    .mapToObj(v -> v != 0 ? "true" : "false")
                    .toArray(String[]::new);
        }
        if (!dtype.isFloating()) {
            return Arrays.stream(values).mapToObj(v -> Long.toString((long) v)).toArray(String[]::new);
        }
        return Arrays.stream(values).mapToObj(pattern(values)).toArray(String[]::new);
    }

    private static DoubleFunction<String> pattern(double[] values) {
        double[] finite =
                Arrays.stream(values).filter(Double::isFinite).map(Math::abs).toArray();
        boolean whole = Arrays.stream(finite).allMatch(v -> v == Math.rint(v));
        double max = Arrays.stream(finite).max().orElse(0);
        double min = Arrays.stream(finite).filter(v -> v > 0).min().orElse(max);
        boolean scientific = max > 1e8 || (min > 0 && (max / min > 1000 || (min < 1e-4 && !whole)));
        String form = scientific ? "%.4e" : whole ? "%.0f." : "%.4f";
        return v -> Double.isFinite(v)
                ? String.format(Locale.ROOT, form, v)
                : Double.isNaN(v) ? "nan" : v > 0 ? "inf" : "-inf";
    }

    /** Appends the part of the tensor below {@code axis} that starts at element {@code start}. */
    private void append(StringBuilder out, int axis, long start) {
        if (axis == shown.rank()) {
            out.append(cells[(int) start]);
            return;
        }
        out.append('[');
        if (axis == shown.rank() - 1) {
            appendRow(out, start);
        } else {
            appendBlocks(out, axis, start);
        }
        out.append(']');
    }

    private void appendBlocks(StringBuilder out, int axis, long start) {
        long below = below(axis);
        for (long i = 0; i < shown.size(axis); i++) {
            if (i == EDGE && isCut(axis)) {
                separate(out, axis, i);
                out.append("...");
            }
            separate(out, axis, i);
            append(out, axis + 1, start + i * below);
        }
    }

    /** Appends the innermost axis, in lines of at most {@link #LINE_CHARS} characters, cells below cells. */
    private void appendRow(StringBuilder out, long start) {
        int axis = shown.rank() - 1;
        int indent = "tensor(".length() + axis;
        int cellsOfLine = Math.max(1, (LINE_CHARS - indent) / (width + 2));
        List<String> row = new ArrayList<>();
        for (int i = 0; i < shown.size(axis); i++) {
            if (i == EDGE && isCut(axis)) {
                row.add(" ...");
            }
            row.add(padded(cells[(int) start + i]));
        }
        for (int i = 0; i < row.size(); i++) {
            String gap = i % cellsOfLine == 0 ? ",\n" + " ".repeat(indent + 1) : ", ";
            out.append(i == 0 ? "" : gap).append(row.get(i));
        }
    }

    private String padded(String cell) {
        return " ".repeat(width - cell.length()) + cell;
    }

    private boolean isCut(int axis) {
        return shown.size(axis) < whole.size(axis);
    }

    private void separate(StringBuilder out, int axis, long index) {
        if (index == 0) {
            return;
        }
        int deeper = shown.rank() - axis - 1;
        out.append(',').append("\n".repeat(deeper)).append(" ".repeat("tensor(".length() + axis + 1));
    }

    private long below(int axis) {
        long product = 1;
        for (int i = axis + 1; i < shown.rank(); i++) {
            product *= shown.size(i);
        }
        return product;
    }
}
