package dev.lockstep.testkit.oracle;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.lockstep.layout.DType;
import dev.lockstep.layout.Shape;
import dev.lockstep.module.Layer;
import dev.lockstep.optim.Adagrad;
import dev.lockstep.optim.Adam;
import dev.lockstep.optim.AdamW;
import dev.lockstep.optim.Optimizer;
import dev.lockstep.optim.RMSprop;
import dev.lockstep.optim.SGD;
import dev.lockstep.tensor.Scope;
import dev.lockstep.tensor.Tensor;
import dev.lockstep.tensor.Tensors;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Trains five small models, written with the public API alone, for twenty steps and compares the losses with PyTorch's
 * from the same weights and batches: in f64 to 1e-9, in f32 to what its roundings make of the loss meanwhile.
 */
public abstract class ModelContract {
    private static final double IN_DOUBLE = 1e-9;

    /** The first step's roundings; each further step takes them up, most of all by batch norms over few values. */
    private static final double IN_SINGLE = 1e-4;

    private static final double GROWTH = 1.3;

    private static final int STEPS = 20;
    private static final int BATCHES = 3;

    /** For subclasses. */
    protected ModelContract() {}

    /** A model, its optimizer, and the loss of a batch in a dtype. */
    private record Training(
            Supplier<Layer> model,
            Function<List<Tensor>, Optimizer> optimizer,
            BiFunction<Layer, Batch, Tensor> loss) {}

    /** The name of a batch, and the dtype of its numbers. */
    private record Batch(String key, DType dtype) {
        Tensor numbers(long... sizes) {
            return pattern(key, sizes).mul(4L).to(dtype);
        }

        Tensor classes(String suffix, long count, long... sizes) {
            Tensor thousandths =
                    pattern(key + suffix, sizes).add(0.5).mul(1000L).round();
            return thousandths.to(DType.I64).remainder(count);
        }
    }

    @TestFactory
    final Stream<DynamicTest> lossesArePyTorchs() {
        return Golden.cases("models").stream()
                .flatMap(golden -> Stream.of(DType.F64, DType.F32)
                        .map(dtype -> DynamicTest.dynamicTest(
                                golden.name() + " " + dtype, () -> train(golden, training(golden.name()), dtype))));
    }

    private static Training training(String name) {
        return switch (name) {
            case "ResNet18" ->
                new Training(
                        () -> new SmallImageModels.ResNet18(2),
                        p -> new SGD(p, o -> o.lr(0.005).momentum(0.9).weightDecay(1e-3)),
                        (m, b) -> Tensors.crossEntropy(m.call(b.numbers(4, 3, 64, 64)), b.classes("", 5, 4)));
            case "UNet" ->
                new Training(SmallImageModels.UNet::new, p -> new Adam(p, o -> o.lr(0.01)), (m, b) -> {
                    Tensor target = b.classes("", 2, 2, 1, 8, 8).to(b.dtype());
                    return Tensors.binaryCrossEntropyWithLogits(m.call(b.numbers(2, 1, 8, 8)), target);
                });
            case "LSTM" -> new Training(SmallTextModels.Words::new, p -> new RMSprop(p, o -> o.lr(0.01)), words(7, 3));
            case "GPT" -> new Training(SmallTextModels.Gpt::new, p -> new AdamW(p, o -> o.lr(0.01)), words(3, 6));
            case "Encoder" ->
                new Training(
                        SmallTextModels.Encoder::new,
                        p -> new Adagrad(p, o -> o.lr(0.02)),
                        (m, b) -> Tensors.crossEntropy(m.call(b.classes("", 11, 3, 6)), b.classes("", 3, 3)));
            default -> throw new IllegalStateException("models.golden: no model '" + name + "'");
        };
    }

    private static BiFunction<Layer, Batch, Tensor> words(long... sizes) {
        return (m, b) -> Tensors.crossEntropy(
                m.call(b.classes("", 11, sizes)), b.classes("target", 11, sizes).flatten());
    }

    private static void train(GoldenCase golden, Training training, DType dtype) {
        double[] expected = golden.outputs().getFirst().numbers();
        try (var _ = Scope.open("training")) {
            Layer model = training.model().get();
            model.to(dtype);
            fill(model);
            Optimizer optimizer = training.optimizer().apply(model.parameters());
            for (int step = 0; step < STEPS; step++) {
                try (var _ = Scope.open("step")) {
                    Tensor loss = training.loss().apply(model, new Batch("batch" + step % BATCHES, dtype));
                    double allowed = dtype == DType.F64 ? IN_DOUBLE : IN_SINGLE * Math.pow(GROWTH, step);
                    assertEquals(expected[step], loss.item(), allowed, golden.name() + " at step " + step);
                    optimizer.step(loss.backward());
                }
            }
        }
    }

    /** Numbers in [-0.5, 0.5) divided by the root of what an output sums; norms around one. */
    private static void fill(Layer model) {
        model.namedParameters().forEach((key, parameter) -> {
            Shape shape = parameter.shape();
            double fan = shape.rank() > 1 ? Math.max(1, shape.elements() / shape.size(0)) : 1;
            Tensor numbers = pattern(key, shape.toArray()).div(Math.sqrt(fan));
            boolean scales = shape.rank() == 1 && key.endsWith("weight");
            Tensors.noGrad(() -> parameter.copy_(scales ? numbers.mul(0.2).add(1.0) : numbers));
        });
    }

    private static Tensor pattern(String key, long... sizes) {
        long number = 0;
        for (int j = 0; j < key.length(); j++) {
            number += (long) key.charAt(j) * (j + 1);
        }
        double[] numbers = new double[(int) Shape.of(sizes).elements()];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = (i * 7919L + number % 997 * 104729L) % 1000 / 1000.0 - 0.5;
        }
        return Tensors.of(numbers, DType.F64, sizes);
    }
}
