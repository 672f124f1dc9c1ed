package dev.lockstep.testkit.property;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import dev.lockstep.layout.DType;
import dev.lockstep.tensor.Gradients;
import dev.lockstep.tensor.Scope;
import dev.lockstep.tensor.Tensor;
import dev.lockstep.tensor.Tensors;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.Test;

/**
 * Reads, writes, joins and differentiates views drawn from a seed, beside a model of them that knows no strides. All
 * numbers are small and whole, so that every dtype computes them exactly. Runs on the backend that the test's class
 * path brings.
 */
public abstract class ViewsContract {
    private static final int ROUNDS = 300;
    private static final int STEPS = 6;
    private static final List<DType> DTYPES = List.of(DType.F32, DType.F64, DType.I64, DType.I32);

    /** For subclasses. */
    protected ViewsContract() {}

    private static void rounds(Consumer<RandomGenerator> round) {
        for (int seed = 0; seed < ROUNDS; seed++) {
            RandomGenerator random =
                    RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
            try (var _ = Scope.open("round")) {
                round.accept(random);
            } catch (AssertionError | RuntimeException failure) {
                throw new AssertionError("seed " + seed + ": " + failure.getMessage(), failure);
            }
        }
    }

    private static Tensor base(RandomGenerator random, DType dtype) {
        long[] sizes = random.longs(1 + random.nextInt(4), 1, 5).toArray();
        int count = (int) Arrays.stream(sizes).reduce(1, (a, b) -> a * b);
        return Tensors.of(random.doubles(count, 1, 50).map(Math::floor).toArray(), dtype, sizes);
    }

    private static DType dtype(RandomGenerator random) {
        return DTYPES.get(random.nextInt(DTYPES.size()));
    }

    @Test
    final void viewsShowTheElementsOfTheirBase() {
        rounds(random -> {
            Tensor base = base(random, dtype(random));
            RandomView view = RandomView.of(base).steps(STEPS, random);
            double[] numbers = base.toDoubleArray();
            double[] expected =
                    numbers(view.places(), i -> numbers[view.places().element(i)]);
            assertArrayEquals(view.places().longSizes(), view.tensor().shape().toArray(), view.text());
            assertArrayEquals(expected, view.tensor().toDoubleArray(), view.text());
            assertArrayEquals(expected, view.tensor().contiguous().toDoubleArray(), view.text());
            assertArrayEquals(expected, view.tensor().flatten().toDoubleArray(), view.text());
        });
    }

    /** A number of each place. */
    private interface At {
        double number(int place);
    }

    private static double[] numbers(Places places, At at) {
        double[] numbers = new double[places.count()];
        Arrays.setAll(numbers, at::number);
        return numbers;
    }

    @Test
    final void writesThroughViewsReachTheirBase() {
        rounds(random -> {
            Tensor base = base(random, dtype(random));
            RandomView view = RandomView.of(base).steps(STEPS, random);
            if (view.places().overlaps()) {
                return;
            }
            double[] expected = base.toDoubleArray();
            for (int place = 0; place < view.places().count(); place++) {
                expected[view.places().element(place)] += 100 + place;
            }
            Tensor more = Tensors.of(
                    numbers(view.places(), place -> 100 + place),
                    base.dtype(),
                    view.places().longSizes());
            view.tensor().add_(more);
            assertArrayEquals(expected, base.toDoubleArray(), view.text());
        });
    }

    @Test
    final void operandsAreBroadcast() {
        rounds(random -> {
            DType dtype = dtype(random);
            RandomView x = RandomView.of(base(random, dtype)).steps(STEPS, random);
            int[] sizes = Arrays.stream(x.places().sizes())
                    .skip(random.nextInt(x.places().rank() + 1))
                    .map(size -> random.nextBoolean() ? 1 : size)
                    .toArray();
            int count = Arrays.stream(sizes).reduce(1, (a, b) -> a * b);
            double[] other = random.doubles(count, 1, 50).map(Math::floor).toArray();
            Tensor y =
                    Tensors.of(other, dtype, Arrays.stream(sizes).asLongStream().toArray());
            double[] mine = x.tensor().toDoubleArray();
            int[] whole = x.places().sizes();
            Places small = Places.of(sizes);
            At beside = place -> other[small.broadcast(place, whole)];
            String text = x.text() + " and " + y.shape();
            assertArrayEquals(
                    numbers(x.places(), i -> mine[i] - beside.number(i)),
                    x.tensor().sub(y).toDoubleArray(),
                    text);
            assertArrayEquals(
                    numbers(x.places(), i -> beside.number(i) * mine[i]),
                    y.mul(x.tensor()).toDoubleArray(),
                    text);
            assertArrayEquals(
                    numbers(x.places(), i -> mine[i] < beside.number(i) ? mine[i] : beside.number(i)),
                    Tensors.where(x.tensor().lt(y), x.tensor(), y).toDoubleArray(),
                    text);
        });
    }

    @Test
    final void indexesChooseAndWriteRows() {
        rounds(random -> {
            RandomView x = RandomView.of(base(random, dtype(random))).steps(STEPS, random);
            if (x.places().rank() == 0 || x.places().count() == 0) {
                return;
            }
            int axis = random.nextInt(x.places().rank());
            int size = x.places().size(axis);
            int[] rows = random.ints(1 + random.nextInt(4), 0, size).toArray();
            Tensor index = Tensors.tensor(Arrays.stream(rows).asLongStream().toArray());
            double[] mine = x.tensor().toDoubleArray();
            int[] sizes = x.places().sizes();
            int[] chosen = sizes.clone();
            chosen[axis] = rows.length;
            Places inside = Places.of(sizes).view(chosen, at -> {
                int[] from = at.clone();
                from[axis] = rows[at[axis]];
                return from;
            });
            String text = x.text() + ", rows " + Arrays.toString(rows) + " of axis " + axis;
            double[] expected = numbers(inside, i -> mine[inside.element(i)]);
            Tensor taken = x.tensor().indexSelect(axis, index);
            assertArrayEquals(expected, taken.toDoubleArray(), text);
            double[] added = mine.clone();
            for (int i = 0; i < expected.length; i++) {
                added[inside.element(i)] += 2 * expected[i];
            }
            assertArrayEquals(added, x.tensor().indexAdd(axis, index, taken, 2).toDoubleArray(), text);
        });
    }

    @Test
    final void gradientsOfViewsAreThoseOfTheirElements() {
        rounds(random -> {
            Tensor base =
                    base(random, random.nextBoolean() ? DType.F32 : DType.F64).requiresGrad(true);
            RandomView view = RandomView.of(base).steps(STEPS, random);
            double[] weights = numbers(view.places(), place -> place % 7 - 3);
            double[] expected = new double[(int) base.numel()];
            for (int place = 0; place < weights.length; place++) {
                expected[view.places().element(place)] += weights[place];
            }
            Tensor weight = Tensors.of(weights, base.dtype(), view.places().longSizes());
            Gradients gradients = view.tensor().mul(weight).sum().backward();
            assertArrayEquals(expected, gradients.get(base).toDoubleArray(), view.text());
        });
    }
}
