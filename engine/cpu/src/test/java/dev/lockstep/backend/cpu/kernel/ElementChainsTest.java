package dev.lockstep.backend.cpu.kernel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lockstep.backend.Backend;
import dev.lockstep.backend.Value;
import dev.lockstep.backend.cpu.CpuBackend;
import dev.lockstep.backend.cpu.HostMemory;
import dev.lockstep.backend.op.BinaryKind;
import dev.lockstep.backend.op.Elementwise;
import dev.lockstep.backend.op.Elementwise.Binary;
import dev.lockstep.backend.op.Elementwise.BinaryScalar;
import dev.lockstep.backend.op.Elementwise.Unary;
import dev.lockstep.backend.op.Fused;
import dev.lockstep.backend.op.RandomKey;
import dev.lockstep.backend.op.Sampling;
import dev.lockstep.backend.op.UnaryKind;
import dev.lockstep.backend.scalar.ScalarBackend;
import dev.lockstep.device.MemoryPool;
import dev.lockstep.layout.DType;
import dev.lockstep.layout.Layout;
import dev.lockstep.layout.Shape;
import dev.lockstep.testkit.backend.Values;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A fused chain has the bits of its ops one by one, and those of the scalar backend. */
class ElementChainsTest {
    private static final List<UnaryKind> UNARY = Arrays.stream(UnaryKind.values())
            .filter(kind -> !kind.isPredicate() && ElementKernels.of(kind) != null)
            .toList();
    private static final List<BinaryKind> BINARY = Arrays.stream(BinaryKind.values())
            .filter(kind -> !kind.isPredicate() && ElementKernels.of(kind) != null)
            .toList();

    private final Backend cpu = new CpuBackend(new MemoryPool(new HostMemory()));
    private final Backend scalar = new ScalarBackend();

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 16, 511, 512, 513, 1024, 3000})
    void fusedEqualsChainBitForBit(int length) {
        for (int seed = 0; seed < 40; seed++) {
            check(random(new SplittableRandom(seed)), Layout.contiguous(Shape.of(length)), seed);
        }
    }

    @Test
    void imagesMayBeChannelsLastAndStartAnywhere() {
        Shape images = Shape.of(2, 3, 9, 11);
        Layout moved = Layout.of(images, Layout.channelsLast(images).strides(), 5);
        check(random(new SplittableRandom(1)), moved, 1);
    }

    private void check(Fused op, Layout layout, int seed) {
        check(op, Collections.nCopies(op.inputs(), layout), seed);
    }

    private void check(Fused op, List<Layout> layouts) {
        check(op, layouts, 3);
    }

    private void check(Fused op, List<Layout> layouts, int seed) {
        try (Values mine = new Values(cpu);
                Values twin = new Values(scalar)) {
            Value[] fused = mine.all(op, inputs(mine, layouts, seed));
            List<Value> chain = new ArrayList<>(List.of(inputs(mine, layouts, seed)));
            for (Fused.Link link : op.links()) {
                chain.add(mine.run(link.op(), arguments(link, chain)));
            }
            Value[] expected = twin.all(op, inputs(twin, layouts, seed));
            for (int i = 0; i < fused.length; i++) {
                Value alone = chain.get(op.inputs() + op.outputs().get(i));
                assertArrayEquals(Values.bits(alone), Values.bits(fused[i]), "seed " + seed + ", " + op);
                assertArrayEquals(Values.bits(expected[i]), Values.bits(fused[i]), "seed " + seed + ", " + op);
                assertEquals(alone.layout(), fused[i].layout());
            }
        }
    }

    private static Value[] arguments(Fused.Link link, List<Value> values) {
        return link.arguments().stream().map(values::get).toArray(Value[]::new);
    }

    private static Value[] inputs(Values values, List<Layout> layouts, int seed) {
        return IntStream.range(0, layouts.size())
                .mapToObj(i -> {
                    Layout layout = layouts.get(i);
                    int count = (int) layout.shape().elements();
                    return values.of(DType.F32, layout, Values.normals(count, 100L * seed + i));
                })
                .toArray(Value[]::new);
    }

    /** Makes a chain of two to twelve links on two inputs, of which the last and some others come out. */
    private static Fused random(SplittableRandom random) {
        int count = 2 + random.nextInt(11);
        List<Fused.Link> links = new ArrayList<>();
        List<Integer> outputs = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Elementwise op = op(random);
            int first = random.nextInt(2 + i);
            List<Integer> both = List.of(first, random.nextInt(2 + i));
            links.add(new Fused.Link(op, op instanceof Binary ? both : List.of(first)));
            if (i == count - 1 || random.nextInt(4) == 0) {
                outputs.add(i);
            }
        }
        return new Fused(2, links, outputs);
    }

    private static Elementwise op(SplittableRandom random) {
        BinaryKind binary = BINARY.get(random.nextInt(BINARY.size()));
        return switch (random.nextInt(3)) {
            case 0 -> new Unary(UNARY.get(random.nextInt(UNARY.size())));
            case 1 -> new Binary(binary);
            default -> new BinaryScalar(binary, random.nextInt(-3, 4) * 0.7, random.nextBoolean());
        };
    }

    /** Rows shorter and longer than a block, even and odd, some of one number. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 5, 16, 63, 64, 70, 512, 514, 1100})
    void rowsRepeatAndChannelsAreNormalised(int width) {
        Layout images = Layout.channelsLast(Shape.of(3, width, 5, 7));
        checkRows(images, Layout.contiguous(Shape.of(width, 1, 1)));
        Layout rows = Layout.contiguous(Shape.of(29, width));
        checkRows(rows, Layout.contiguous(Shape.of(width)));
    }

    private void checkRows(Layout whole, Layout row) {
        var normalize = new Fused.Link(new Elementwise.Normalize(), List.of(1, 2, 3, 2, 3));
        var subtract = new Fused.Link(new Binary(BinaryKind.SUB), List.of(2, 4));
        var add = new Fused.Link(new Binary(BinaryKind.ADD), List.of(5, 0));
        var last = new Fused.Link(new Unary(UnaryKind.RELU), List.of(6));
        Fused op = new Fused(4, List.of(normalize, subtract, add, last), List.of(0, 3));
        Layout number = Layout.contiguous(Shape.of(1));
        List<Layout> layouts = List.of(number, whole, row, row);
        check(op, layouts);
    }

    /** Dropout after a row, so that blocks begin with rows and with whole blocks of random words. */
    @ParameterizedTest
    @ValueSource(ints = {1, 3, 6, 20, 514, 1023})
    void dropoutCountsFromTheFirstElement(int width) {
        var add = new Fused.Link(new Binary(BinaryKind.ADD), List.of(0, 1));
        var dropout = new Fused.Link(new Sampling.Dropout(0.3, new RandomKey(7, 9)), List.of(2));
        var residual = new Fused.Link(new Binary(BinaryKind.ADD), List.of(0, 3));
        Fused op = new Fused(2, List.of(add, dropout, residual), List.of(1, 2));
        check(op, List.of(Layout.contiguous(Shape.of(41, width)), Layout.contiguous(Shape.of(width))));
    }

    @Test
    void dropoutOfImagesIsLeftToTheOpsAlone() {
        Fused op = Fused.of(new Sampling.Dropout(0.3, new RandomKey(7, 9)));
        check(op, List.of(Layout.channelsLast(Shape.of(2, 3, 5, 7))));
    }

    @Test
    void whatHasNoKernelIsNotSupported() {
        assertTrue(cpu.supports(Fused.of(new Unary(UnaryKind.GELU))));
        assertFalse(cpu.supports(Fused.of(new Unary(UnaryKind.SIN))));
    }
}
