package dev.lockstep.backend.cpu.onednn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lockstep.backend.Backend;
import dev.lockstep.backend.Value;
import dev.lockstep.backend.cpu.CpuBackend;
import dev.lockstep.backend.cpu.HostMemory;
import dev.lockstep.backend.op.Contraction;
import dev.lockstep.backend.op.Update;
import dev.lockstep.backend.scalar.ScalarBackend;
import dev.lockstep.device.MemoryPool;
import dev.lockstep.layout.Layout;
import dev.lockstep.layout.Shape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Products by oneDNN: right numbers, bits that do not depend on the number of rows, and never its reference code. */
class ProductsTest {
    private static final int ALL_ROWS = 128;
    private static final int[] SOME_ROWS = {1, 2, 3, 7, 16, 64};

    private final Backend cpu = new CpuBackend(new MemoryPool(new HostMemory()));
    private final Backend scalar = new ScalarBackend(cpu.memory());

    /** Tolerance: rounding of a sum of k products of numbers below 1, in any order. */
    private static float tolerance(long k) {
        return Math.ulp(1f) * k;
    }

    @ParameterizedTest
    @CsvSource({"1,1,1", "2,3,4", "5,17,1", "1,64,10", "33,31,65", "128,100,12"})
    void matmulAgreesWithTheScalarBackend(int m, int k, int n) {
        try (Value a = Matrices.random(cpu, 1, m, k);
                Value b = Matrices.random(cpu, 2, k, n);
                Value got = cpu.execute(new Contraction.Matmul(), a, b)[0];
                Value expected = scalar.execute(new Contraction.Matmul(), a, b)[0]) {
            assertEquals(expected.shape(), got.shape());
            assertArrayEquals(Matrices.read(expected), Matrices.read(got), tolerance(k));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3})
    void operandsMayBeTransposedViews(int which) {
        Value a = transposed(
                Matrices.random(cpu, 1, (which & 1) == 0 ? 6 : 9, (which & 1) == 0 ? 9 : 6), (which & 1) == 1);
        Value b = transposed(
                Matrices.random(cpu, 2, (which & 2) == 0 ? 9 : 5, (which & 2) == 0 ? 5 : 9), (which & 2) == 2);
        try (a;
                b;
                Value got = cpu.execute(new Contraction.Matmul(), a, b)[0];
                Value expected = scalar.execute(new Contraction.Matmul(), a, b)[0]) {
            assertArrayEquals(Matrices.read(expected), Matrices.read(got), tolerance(9));
        }
    }

    private static Value transposed(Value value, boolean transposed) {
        if (!transposed) {
            return value;
        }
        try (value) {
            return value.view(value.layout().permute(1, 0));
        }
    }

    @Test
    void leadingAxesBroadcast() {
        try (Value a = Matrices.random(cpu, 1, 3, 1, 4, 5);
                Value b = Matrices.random(cpu, 2, 2, 5, 6);
                Value got = cpu.execute(new Contraction.Matmul(), a, b)[0];
                Value expected = scalar.execute(new Contraction.Matmul(), a, b)[0]) {
            assertEquals(Shape.of(3, 2, 4, 6), got.shape());
            assertArrayEquals(Matrices.read(expected), Matrices.read(got), tolerance(5));
        }
    }

    @Test
    void headsMayBePermutedViews() {
        Layout heads = Layout.contiguous(Shape.of(2, 7, 3, 8)).permute(0, 2, 1, 3);
        try (Value q = Matrices.random(cpu, 1, 2, 7, 3, 8);
                Value view = q.view(heads);
                Value keys = q.view(heads.permute(0, 1, 3, 2));
                Value got = cpu.execute(new Contraction.Matmul(), view, keys)[0];
                Value expected = scalar.execute(new Contraction.Matmul(), view, keys)[0]) {
            assertArrayEquals(Matrices.read(expected), Matrices.read(got), tolerance(8));
        }
    }

    @Test
    void linearIsAProductWithTheTransposedWeightAndABias() {
        try (Value x = Matrices.random(cpu, 1, 4, 3, 20);
                Value w = Matrices.random(cpu, 2, 7, 20);
                Value bias = Matrices.random(cpu, 3, 7);
                Value got = cpu.execute(new Contraction.Linear(true), x, w, bias)[0];
                Value expected = scalar.execute(new Contraction.Linear(true), x, w, bias)[0]) {
            assertEquals(Shape.of(4, 3, 7), got.shape());
            assertArrayEquals(Matrices.read(expected), Matrices.read(got), tolerance(21));
        }
    }

    @Test
    void rejectsInnerSizesThatDiffer() {
        try (Value a = Matrices.random(cpu, 1, 2, 3);
                Value b = Matrices.random(cpu, 2, 4, 5)) {
            var e = assertThrows(IllegalArgumentException.class, () -> cpu.execute(new Contraction.Matmul(), a, b));
            String message = String.valueOf(e.getMessage());
            assertTrue(message.contains("[2, 3]") && message.contains("[4, 5]"), message);
        }
    }

    @ParameterizedTest
    @CsvSource({"1,1", "3,5", "8,10", "64,10", "100,1", "784,128", "129,33", "500,500", "1000,17", "4096,10"})
    void aRowsBitsDoNotDependOnTheOtherRows(int k, int n) {
        try (Value x = Matrices.random(cpu, 1, ALL_ROWS, k);
                Value w = Matrices.random(cpu, 2, n, k);
                Value bias = Matrices.random(cpu, 3, n);
                Value g = Matrices.random(cpu, 4, ALL_ROWS, n)) {
            for (int rows : SOME_ROWS) {
                assertRowsAlone(rows, new Contraction.Linear(true), x, w, bias);
                assertRowsAlone(rows, new Contraction.Matmul(), g, w);
            }
        }
    }

    private void assertRowsAlone(int rows, Contraction op, Value x, Value... others) {
        int first = (rows * 5) % (ALL_ROWS - rows);
        try (Value part = x.view(x.layout().narrow(0, first, rows, 1));
                Value together = execute(op, x, others);
                Value same = together.view(together.layout().narrow(0, first, rows, 1));
                Value alone = execute(op, part, others)) {
            assertArrayEquals(Matrices.read(same), Matrices.read(alone), () -> op.label() + " of " + rows + " rows");
        }
    }

    private Value execute(Contraction op, Value first, Value... others) {
        Value[] inputs = new Value[others.length + 1];
        inputs[0] = first;
        System.arraycopy(others, 0, inputs, 1, others.length);
        return cpu.execute(op, inputs)[0];
    }

    /** Matrices as backward has them: a weight's gradient, whose left factor is turned, and others. */
    @ParameterizedTest
    @CsvSource({
        "512,16,784",
        "512,32,784",
        "10,16,512",
        "33,7,129",
        "2,1,1",
        "1,5,7",
        "1,16,64",
        "64,1,64",
        "500,500,500",
        "17,4096,10",
        "192,1024,768",
        "100,33,1",
        "384,2049,48"
    })
    void aProductThatIsAddedHasTheBitsOfAProductAndAnAddition(int m, int k, int n) {
        for (boolean turned : new boolean[] {false, true}) {
            try (Value a = transposed(Matrices.random(cpu, 1, turned ? k : m, turned ? m : k), turned);
                    Value b = Matrices.random(cpu, 2, k, n);
                    Value sum = Matrices.random(cpu, 3, m, n);
                    Value expected = Matrices.random(cpu, 3, m, n);
                    Value product = cpu.execute(new Contraction.Matmul(), a, b)[0]) {
                cpu.execute(new Update.AddInto(), expected, product);
                cpu.execute(new Update.AddMatmulInto(), sum, a, b);
                assertArrayEquals(Matrices.read(expected), Matrices.read(sum), "turned: " + turned);
            }
        }
    }

    /** Sums that take several blocks of rows, the last of them a single row; one block; products of many rows. */
    @ParameterizedTest
    @CsvSource({"512,16,784,8", "512,8,784,16", "129,33,800,3", "33,2,3000,5", "10,16,512,6", "1,16,64,4", "96,200,48,7"
    })
    void aSumOfProductsHasTheBitsOfProductsAndAdditions(int m, int k, int n, int count) {
        Value[] factors = new Value[2 * count];
        Value[] products = new Value[count];
        for (int i = 0; i < count; i++) {
            factors[2 * i] = transposed(Matrices.random(cpu, i, k, m), true);
            factors[2 * i + 1] = Matrices.random(cpu, 100 + i, k, n);
            products[i] = cpu.execute(new Contraction.Matmul(), factors[2 * i], factors[2 * i + 1])[0];
        }
        Value sum = cpu.execute(new Contraction.ProductSum(), factors)[0];
        assertArrayEquals(Matrices.read(added(products)), Matrices.read(sum));
    }

    /** Adds neighbours until one is left: the tree. */
    private Value added(Value... values) {
        if (values.length == 1) {
            return values[0];
        }
        Value[] sums = new Value[(values.length + 1) / 2];
        for (int i = 0; i < sums.length; i++) {
            sums[i] = values[2 * i];
            if (2 * i + 1 < values.length) {
                cpu.execute(new Update.AddInto(), sums[i], values[2 * i + 1]);
            }
        }
        return added(sums);
    }

    @ParameterizedTest
    @CsvSource({"1,8,16", "2,8,16", "5,33,7", "16,16,16", "64,64,3"})
    void aBatchElementsBitsDoNotDependOnTheOthers(int m, int k, int n) {
        int batch = 12;
        try (Value a = Matrices.random(cpu, 1, batch, m, k);
                Value b = Matrices.random(cpu, 2, batch, k, n);
                Value all = cpu.execute(new Contraction.Matmul(), a, b)[0]) {
            for (int some : new int[] {1, 2, 3, 7}) {
                try (Value left = a.view(a.layout().narrow(0, 4, some, 1));
                        Value right = b.view(b.layout().narrow(0, 4, some, 1));
                        Value same = all.view(all.layout().narrow(0, 4, some, 1));
                        Value alone = cpu.execute(new Contraction.Matmul(), left, right)[0]) {
                    assertArrayEquals(Matrices.read(same), Matrices.read(alone), () -> "batch of " + some);
                }
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"2,784,512", "128,784,512", "128,512,10", "2,16,16", "64,1,64", "3,5,1", "2,1,1"})
    void neverUsesTheReferenceCode(long m, long k, long n) {
        Product.Strides plain = Product.Strides.plain(m, k);
        Product.Strides transposed = new Product.Strides(0, 1, k);
        ProductPlan plan = ProductPlan.of(new Product(1, m, k, n, plain, transposed, true, false));
        assertFalse(plan.implementation().startsWith("ref"), plan.implementation());
        plan.close();
    }
}
