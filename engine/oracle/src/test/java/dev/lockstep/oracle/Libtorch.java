package dev.lockstep.oracle;

import dev.lockstep.layout.DType;
import dev.lockstep.layout.Shape;
import dev.lockstep.testkit.oracle.GoldenTensor;
import java.util.List;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Brings golden tensors into PyTorch's C++ library and numbers back. */
final class Libtorch {
    private Libtorch() {}

    static Tensor tensor(GoldenTensor golden, boolean requiresGrad) {
        Tensor made = of(golden.numbers(), golden.shape()).to(type(golden.dtype()));
        made.set_requires_grad(requiresGrad);
        return made;
    }

    private static Tensor of(double[] numbers, Shape shape) {
        TensorOptions options = new TensorOptions(ScalarType.Double);
        if (numbers.length == 0) {
            return torch.zeros(shape.toArray(), options);
        }
        try (DoublePointer memory = new DoublePointer(numbers)) {
            return torch.from_blob(memory, shape.toArray(), options).clone();
        }
    }

    private static ScalarType type(DType dtype) {
        return switch (dtype) {
            case F64 -> ScalarType.Double;
            case F32 -> ScalarType.Float;
            case BF16 -> ScalarType.BFloat16;
            case F16 -> ScalarType.Half;
            case I8 -> ScalarType.Char;
            case U8 -> ScalarType.Byte;
            case I16 -> ScalarType.Short;
            case I32 -> ScalarType.Int;
            case I64 -> ScalarType.Long;
            case BOOL -> ScalarType.Bool;
        };
    }

    static Shape shape(Tensor x) {
        long[] sizes = new long[(int) x.dim()];
        for (int axis = 0; axis < sizes.length; axis++) {
            sizes[axis] = x.size(axis);
        }
        return Shape.of(sizes);
    }

    static double[] numbers(Tensor x) {
        double[] numbers = new double[(int) x.numel()];
        if (numbers.length > 0) {
            x.detach().to(ScalarType.Double).contiguous().data_ptr_double().get(numbers);
        }
        return numbers;
    }

    /**
     * Gives the gradients of the outputs, summed with the golden files' weights; undefined ones where there is none.
     */
    static TensorVector gradients(List<Tensor> outputs, List<Tensor> inputs) {
        Tensor total = torch.zeros(new long[0], new TensorOptions(ScalarType.Double));
        for (Tensor output : outputs) {
            if (output.is_floating_point() && output.requires_grad()) {
                Tensor weighted = output.to(ScalarType.Double).mul(weights(shape(output)));
                total = total.add(weighted.sum(), new Scalar(1.0));
            }
        }
        TensorVector none = new TensorVector();
        return torch.grad(
                new TensorVector(total),
                new TensorVector(inputs.toArray(Tensor[]::new)),
                none,
                new BoolOptional(),
                false,
                true);
    }

    /** The weights of golden.py. */
    private static Tensor weights(Shape shape) {
        double[] weights = new double[(int) shape.elements()];
        for (int i = 0; i < weights.length; i++) {
            weights[i] = (i * 7 % 11 - 5) / 4.0 + 0.125;
        }
        return of(weights, shape);
    }
}
