package dev.lockstep.oracle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lockstep.testkit.oracle.Golden;
import dev.lockstep.testkit.oracle.GoldenCase;
import dev.lockstep.testkit.oracle.GoldenTensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Holds the golden values and gradients to PyTorch's C++ library, another version than the one that wrote them. */
class LibtorchTest {
    private static final List<String> FILES =
            List.of("elementwise", "reductions", "shapes", "functional", "losses", "linalg");

    /** Other versions sum in other orders: a few roundings of 1e-16, and more in inverses and powers. */
    private static final double TOLERANCE = 1e-12;

    private final Map<String, LibtorchFunctions.Function> functions = LibtorchFunctions.all();

    @TestFactory
    Stream<DynamicTest> goldenValuesAreThose() {
        return FILES.stream()
                .flatMap(file -> Golden.cases(file).stream())
                .filter(golden -> functions.containsKey(golden.key()))
                .map(golden -> DynamicTest.dynamicTest(golden.name(), () -> compare(golden)));
    }

    @Test
    void everyFunctionHasACase() {
        TreeSet<String> recorded = new TreeSet<>();
        FILES.forEach(file -> Golden.cases(file).forEach(golden -> recorded.add(golden.key())));
        TreeSet<String> without = new TreeSet<>(functions.keySet());
        without.removeAll(recorded);
        assertTrue(without.isEmpty(), "functions that no golden file has: " + without);
        assertTrue(functions.size() > 100, "the functions are there: " + functions.size());
    }

    private void compare(GoldenCase golden) {
        try (PointerScope _ = new PointerScope()) {
            List<Tensor> inputs = new ArrayList<>();
            for (int i = 0; i < golden.inputs().size(); i++) {
                inputs.add(Libtorch.tensor(
                        golden.inputs().get(i), golden.gradients().containsKey(i)));
            }
            List<Tensor> outputs = functions.get(golden.key()).of(inputs);
            assertEquals(golden.outputs().size(), outputs.size(), "number of outputs");
            for (int i = 0; i < outputs.size(); i++) {
                check("output " + i, golden.outputs().get(i), outputs.get(i));
            }
            checkGradients(golden, inputs, outputs);
        }
    }

    private static void checkGradients(GoldenCase golden, List<Tensor> inputs, List<Tensor> outputs) {
        if (golden.gradients().isEmpty()) {
            return;
        }
        List<Integer> indexes = List.copyOf(golden.gradients().keySet());
        List<Tensor> leaves = indexes.stream().map(inputs::get).toList();
        TensorVector gradients = Libtorch.gradients(outputs, leaves);
        for (int i = 0; i < indexes.size(); i++) {
            int index = indexes.get(i);
            check("gradient of input " + index, golden.gradients().get(index), gradients.get(i));
        }
    }

    private static void check(String what, GoldenTensor expected, Tensor actual) {
        assertEquals(expected.shape(), Libtorch.shape(actual), what + ": shape");
        double[] numbers = Libtorch.numbers(actual);
        double scale = 1;
        for (double number : expected.numbers()) {
            scale = Double.isFinite(number) ? Math.max(scale, Math.abs(number)) : scale;
        }
        double unit = switch (expected.dtype()) {
            case F64 -> TOLERANCE;
            case F32 -> 0x1p-22;
            case BF16 -> 0x1p-7;
            case F16 -> 0x1p-10;
            case I8, U8, I16, I32, I64, BOOL -> 0;
        };
        for (int i = 0; i < numbers.length; i++) {
            double wanted = expected.numbers()[i];
            boolean same = Double.compare(wanted, numbers[i]) == 0 || wanted == numbers[i];
            assertTrue(
                    same || Math.abs(wanted - numbers[i]) <= unit * scale,
                    what + " at " + i + ": recorded " + wanted + ", libtorch gives " + numbers[i]);
        }
    }
}
