package dev.lockstep.module;

import dev.lockstep.autograd.GradMode;
import dev.lockstep.layout.Shape;
import dev.lockstep.tensor.Scope;
import dev.lockstep.tensor.Tensor;
import dev.lockstep.tensor.TensorTree;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Describes a model as a table: each module with its type, the shapes of what it gave for an input, and the number of
 * elements of its own parameters.
 *
 * @param rows one a module, parents first
 * @param parameters elements of all parameters, shared ones once
 * @param trainable of these, elements of parameters that require a gradient
 * @param stateBytes bytes of all parameters and buffers
 */
public record Summary(List<Row> rows, long parameters, long trainable, long stateBytes) {
    private static final ThreadLocal<@Nullable IdentityHashMap<Module<?, ?>, List<Shape>>> SEEN = new ThreadLocal<>();

    /** Copies the rows. */
    public Summary {
        rows = List.copyOf(rows);
    }

    /**
     * One module.
     *
     * @param path its path, empty for the model itself
     * @param type its type's name
     * @param outputs shapes of the tensors that it gave in its last call, none if it was not called
     * @param parameters elements of its own parameters
     */
    public record Row(String path, String type, List<Shape> outputs, long parameters) {
        /** Copies the shapes. */
        public Row {
            outputs = List.copyOf(outputs);
        }
    }

    /** Describes a model without running it. */
    public static Summary of(Module<?, ?> model) {
        return of(model, new IdentityHashMap<>());
    }

    /**
     * Describes a model by one call with an input, in evaluation mode and without recording; the modes of all modules
     * are as before when this returns.
     *
     * @throws IllegalArgumentException as the model throws it, if the input does not fit
     */
    public static <I> Summary of(Module<I, ?> model, I input) {
        IdentityHashMap<Module<?, ?>, List<Shape>> shapes = new IdentityHashMap<>();
        IdentityHashMap<Module<?, ?>, Boolean> modes = new IdentityHashMap<>();
        model.namedModules().values().forEach(module -> modes.put(module, module.isTraining()));
        try (var _ = GradMode.noGrad();
                var _ = Scope.open("summary")) {
            model.eval();
            SEEN.set(shapes);
            model.call(input);
        } finally {
            SEEN.remove();
            modes.forEach(Module::setTraining);
        }
        return of(model, shapes);
    }

    /** Notes what a module gave, if a summary is being made on this thread. */
    static void note(Module<?, ?> module, @Nullable Object output) {
        IdentityHashMap<Module<?, ?>, List<Shape>> seen = SEEN.get();
        if (seen != null) {
            List<Shape> shapes = new ArrayList<>();
            TensorTree.forEach(output, tensor -> shapes.add(tensor.shape()));
            seen.put(module, shapes);
        }
    }

    private static Summary of(Module<?, ?> model, IdentityHashMap<Module<?, ?>, List<Shape>> shapes) {
        List<Row> rows = new ArrayList<>();
        model.namedModules()
                .forEach((path, module) -> rows.add(new Row(
                        path,
                        module.typeName(),
                        shapes.getOrDefault(module, List.of()),
                        elements(module.ownParameters().values()))));
        List<Tensor> trainable =
                model.parameters().stream().filter(Tensor::requiresGrad).toList();
        long bytes = bytes(model.parameters()) + bytes(model.namedBuffers().values());
        return new Summary(rows, elements(model.parameters()), elements(trainable), bytes);
    }

    private static long elements(Iterable<Tensor> tensors) {
        long sum = 0;
        for (Tensor tensor : tensors) {
            sum += tensor.numel();
        }
        return sum;
    }

    private static long bytes(Iterable<Tensor> tensors) {
        long sum = 0;
        for (Tensor tensor : tensors) {
            sum += tensor.numel() * tensor.dtype().sizeBytes();
        }
        return sum;
    }

    /** {@return the table, in columns, with the sums below it} */
    @Override
    public String toString() {
        List<String[]> cells = new ArrayList<>();
        cells.add(new String[] {"Module", "Output", "Parameters"});
        for (Row row : rows) {
            int depth = row.path().isEmpty() ? 0 : row.path().split("\\.", -1).length;
            String name = row.path().substring(row.path().lastIndexOf('.') + 1);
            String label = "  ".repeat(depth) + (name.isEmpty() ? "" : name + ": ") + row.type();
            String shapes = String.join(
                    ", ", row.outputs().stream().map(Shape::toString).toList());
            cells.add(new String[] {label, shapes, row.parameters() == 0 ? "" : grouped(row.parameters())});
        }
        return table(cells)
                + "Parameters: " + grouped(parameters) + ", trainable " + grouped(trainable) + ", frozen "
                + grouped(parameters - trainable) + "\nState: " + grouped(stateBytes) + " bytes";
    }

    private static String grouped(long number) {
        return String.format(Locale.ROOT, "%,d", number);
    }

    private static String table(List<String[]> cells) {
        int[] widths = new int[3];
        for (String[] row : cells) {
            for (int column = 0; column < widths.length; column++) {
                widths[column] = Math.max(widths[column], row[column].length());
            }
        }
        StringBuilder out = new StringBuilder();
        for (String[] row : cells) {
            String line = pad(row[0], widths[0]) + "  " + pad(row[1], widths[1]) + "  "
                    + " ".repeat(widths[2] - row[2].length()) + row[2];
            out.append(line.stripTrailing()).append('\n');
        }
        return out.toString();
    }

    private static String pad(String cell, int width) {
        return cell + " ".repeat(width - cell.length());
    }
}
