package dev.lockstep.testkit.oracle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lockstep.layout.DType;
import dev.lockstep.module.StateDict;
import dev.lockstep.tensor.Gradients;
import dev.lockstep.tensor.Scope;
import dev.lockstep.tensor.Tensor;
import dev.lockstep.tensor.TensorTree;
import dev.lockstep.tensor.Tensors;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Compares functions of tensors with what PyTorch gave: values and gradients in f64, values of inputs that lie
 * otherwise in memory, values and gradients in f32, the gradients with central differences, and their gradients with
 * theirs. Runs on the backend that the test's class path brings.
 */
public abstract class OracleContract {
    private static final double STEP = 1e-6;

    /** Central differences of step h err by about h^2 f''' / 6 and by 1e-16 / h of rounding. */
    private static final double DIFFERENCE_TOLERANCE = 1e-6;

    /** How many elements of an input are moved at least, if it has them. */
    private static final int DIFFERENCES = 8;

    /** For subclasses. */
    protected OracleContract() {}

    @TestFactory
    final Stream<DynamicTest> functionsGiveWhatPyTorchGives() {
        return OracleFunctions.all().stream()
                .flatMap(group -> Golden.cases(group.file()).stream()
                        .map(golden -> DynamicTest.dynamicTest(
                                group.file() + " " + golden.name(), () -> compare(golden, group))));
    }

    @TestFactory
    final Stream<DynamicTest> modulesGiveWhatPyTorchGives() {
        Map<String, ModuleOracle.Entry<?>> modules = ModuleOracle.entries();
        return Golden.cases(ModuleOracle.FILE).stream()
                .map(golden -> DynamicTest.dynamicTest(
                        golden.name(),
                        () -> compareModule(golden, modules.get(golden.key()).run())));
    }

    private static void compareModule(GoldenCase golden, ModuleOracle.Run<?> run) {
        try (var _ = Scope.open("oracle")) {
            run.module().load(new StateDict(Golden.tensors(golden.parameters(), DType.F32)));
            Gradients gradients = check(golden, run::call, DType.F32);
            SequencedMap<String, Tensor> parameters = run.module().namedParameters();
            golden.parameterGradients().forEach((key, expected) -> {
                Tensor parameter = parameters.get(key);
                assertTrue(gradients.contains(parameter), golden.name() + ": gradient of " + key + " is missing");
                Closeness.of(DType.F32)
                        .check(golden.name() + ", gradient of " + key, expected, gradients.get(parameter));
            });
        }
    }

    private static void compare(GoldenCase golden, OracleFunctions group) {
        Function<List<Tensor>, ?> function = group.of(golden);
        try (var _ = Scope.open("oracle")) {
            if (group.isRecorded()) {
                checkRecorded(golden, function);
                return;
            }
            if (group.isSingle()) {
                check(golden, function, DType.F32);
                return;
            }
            check(golden, function, DType.F64);
            checkValues(golden, flat(function.apply(transposed(golden))), DType.F64, "transposed");
            if (isSmooth(golden)) {
                check(golden, function, DType.F32);
            }
            if (golden.hasGradients() && !golden.name().endsWith(":held")) {
                checkDifferences(golden, function);
                new SecondDerivatives(golden, function).check();
            }
        }
    }

    private static void checkRecorded(GoldenCase golden, Function<List<Tensor>, ?> function) {
        List<Tensor> inputs = golden.inputs().stream().map(GoldenTensor::tensor).toList();
        List<Tensor> outputs = flat(function.apply(inputs));
        assertEquals(golden.outputs().size(), outputs.size(), golden.name() + ": number of outputs");
        for (int i = 0; i < outputs.size(); i++) {
            GoldenTensor expected = golden.outputs().get(i);
            assertEquals(expected.dtype(), outputs.get(i).dtype(), golden.name() + ": dtype");
            Closeness.of(expected.dtype()).check(golden.name(), expected, outputs.get(i));
        }
    }

    /** Numbers beyond f32's range, or values at a step of a function, are compared in f64 only. */
    private static boolean isSmooth(GoldenCase golden) {
        return !golden.name().endsWith(":wild") && !golden.name().endsWith(":edges");
    }

    private static List<Tensor> transposed(GoldenCase golden) {
        return golden.inputs().stream().map(x -> x.transposed(DType.F64)).toList();
    }

    private static Gradients check(GoldenCase golden, Function<List<Tensor>, ?> function, DType dtype) {
        List<Tensor> inputs = new ArrayList<>();
        for (int i = 0; i < golden.inputs().size(); i++) {
            Tensor input = golden.inputs().get(i).tensor(dtype);
            inputs.add(golden.gradients().containsKey(i) ? input.requiresGrad(true) : input);
        }
        List<Tensor> outputs = flat(function.apply(inputs));
        checkValues(golden, outputs, dtype, "");
        if (!golden.hasGradients()) {
            return Gradients.of(Map.of());
        }
        Gradients gradients = Golden.total(outputs).backward();
        golden.gradients().forEach((index, expected) -> {
            String what = golden.name() + " " + dtype + ", gradient of input " + index;
            assertTrue(gradients.contains(inputs.get(index)), what + " is missing");
            Closeness.of(dtype).check(what, expected, gradients.get(inputs.get(index)));
        });
        return gradients;
    }

    private static void checkValues(GoldenCase golden, List<Tensor> outputs, DType dtype, String detail) {
        assertEquals(golden.outputs().size(), outputs.size(), golden.name() + ": number of outputs");
        for (int i = 0; i < outputs.size(); i++) {
            String what = golden.name() + " " + dtype + " " + detail + ", output " + i;
            Closeness.of(dtype).check(what, golden.outputs().get(i), outputs.get(i));
        }
    }

    private static void checkDifferences(GoldenCase golden, Function<List<Tensor>, ?> function) {
        golden.gradients().forEach((index, expected) -> {
            int stride = Math.max(1, expected.numbers().length / DIFFERENCES);
            for (int k = 0; k < expected.numbers().length; k += stride) {
                double slope = (shifted(golden, function, index, k, STEP) - shifted(golden, function, index, k, -STEP))
                        / (2 * STEP);
                double wanted = expected.numbers()[k];
                double limit = DIFFERENCE_TOLERANCE * Math.max(1, Math.abs(wanted));
                assertEquals(
                        wanted, slope, limit, golden.name() + ": difference quotient of input " + index + " at " + k);
            }
        });
    }

    private static double shifted(
            GoldenCase golden, Function<List<Tensor>, ?> function, int which, int element, double step) {
        try (var _ = Scope.open("difference")) {
            List<Tensor> inputs = new ArrayList<>();
            for (int i = 0; i < golden.inputs().size(); i++) {
                GoldenTensor input = golden.inputs().get(i);
                double[] numbers = input.numbers().clone();
                if (i == which) {
                    numbers[element] += step;
                }
                Tensor tensor = Tensors.of(numbers, input.dtype(), input.shape().toArray());
                inputs.add(golden.gradients().containsKey(i) ? tensor.requiresGrad(true) : tensor);
            }
            return Golden.total(flat(function.apply(inputs))).item();
        }
    }

    static List<Tensor> flat(Object result) {
        List<Tensor> tensors = new ArrayList<>();
        TensorTree.forEach(result, tensors::add);
        return tensors;
    }
}
