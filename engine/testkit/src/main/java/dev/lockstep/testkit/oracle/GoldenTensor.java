package dev.lockstep.testkit.oracle;

import dev.lockstep.layout.DType;
import dev.lockstep.layout.Shape;
import dev.lockstep.tensor.Tensor;
import dev.lockstep.tensor.Tensors;
import java.util.Arrays;

/** A tensor as a golden file has it: a dtype, a shape, and the elements in C order. Immutable, but for what is read. */
public final class GoldenTensor {
    private final DType dtype;
    private final Shape shape;
    private final double[] numbers;

    private GoldenTensor(DType dtype, Shape shape, double[] numbers) {
        this.dtype = dtype;
        this.shape = shape;
        this.numbers = numbers;
    }

    /** {@return the type of the elements} */
    public DType dtype() {
        return dtype;
    }

    /** {@return the sizes} */
    public Shape shape() {
        return shape;
    }

    /** {@return the elements in C order; not to be written} */
    public double[] numbers() {
        return numbers;
    }

    /** Reads {@code F64 3,4 : 1.0 2.0 ...}. */
    static GoldenTensor parse(String text) {
        String[] parts = text.split(" ", -1);
        long[] sizes = parts[1].equals("-")
                ? new long[0]
                : Arrays.stream(parts[1].split(",", -1))
                        .mapToLong(Long::parseLong)
                        .toArray();
        double[] numbers = Arrays.stream(parts, 3, parts.length)
                .filter(part -> !part.isEmpty())
                .mapToDouble(Double::parseDouble)
                .toArray();
        return new GoldenTensor(DType.valueOf(parts[0]), Shape.of(sizes), numbers);
    }

    /** Makes the tensor, in C order. */
    public Tensor tensor() {
        return Tensors.of(numbers, dtype, shape.toArray());
    }

    /** Makes the tensor in another floating dtype, if it is floating. */
    public Tensor tensor(DType floating) {
        return Tensors.of(numbers, dtype.isFloating() ? floating : dtype, shape.toArray());
    }

    /** Makes the tensor with its axes in opposite order in memory: a view without gaps but not in C order. */
    public Tensor transposed(DType floating) {
        int[] order = new int[shape.rank()];
        Arrays.setAll(order, i -> order.length - 1 - i);
        return tensor(floating).permute(order).clone().permute(order);
    }
}
