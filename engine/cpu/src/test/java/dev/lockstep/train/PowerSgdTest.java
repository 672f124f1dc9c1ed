package dev.lockstep.train;

import static dev.lockstep.tensor.Tensors.manualSeed;
import static dev.lockstep.tensor.Tensors.randn;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lockstep.data.Batch;
import dev.lockstep.data.TensorDataset;
import dev.lockstep.device.Device;
import dev.lockstep.layout.DType;
import dev.lockstep.module.Layer;
import dev.lockstep.module.StateDict;
import dev.lockstep.module.WeightsDigest;
import dev.lockstep.optim.SGD;
import dev.lockstep.tensor.RandomSource;
import dev.lockstep.tensor.StepRandom;
import dev.lockstep.tensor.Tensor;
import dev.lockstep.tensor.Tensors;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Gradients are chosen through the data: the loss of a row x is the sum of W * x, so the gradient of W is x. */
class PowerSgdTest {
    private static final float[] ZEROS_2X2 = {0, 0, 0, 0};

    private static final class Weight extends Layer {
        private final Tensor weight;
        private final Tensor bias;

        Weight(Tensor start) {
            this.weight = param("weight", start);
            this.bias = param("bias", Tensors.of(new float[] {0}, 1));
        }

        @Override
        public Tensor forward(Tensor x) { // [N, n, m]
            return x.mul(weight).sum(1, 2).add(bias); // [N]
        }
    }

    private static Trainer<Weight> trainer(Weight model, int virtualRanks, CommHook hook) {
        Job job = Job.alone(new Job.Settings(virtualRanks, 1, 1, 0, Device.CPU, 10));
        return Trainer.of(job, model, new SGD(model.parameters(), o -> o.lr(1))).registerCommHook(hook);
    }

    private static void step(Trainer<Weight> trainer, Tensor x) {
        Batch batch = Batch.of(new TensorDataset(x, Tensors.of(new float[(int) x.size(0)], x.size(0))), 0, x.size(0));
        trainer.step(batch, (model, b, _) -> model.call(b.x()).mean());
    }

    private static CommHook always(int rank) {
        return CommHook.powerSgd(
                o -> o.matrixApproximationRank(rank).startPowerSgdIter(0).minCompressionRate(0.1));
    }

    /**
     * The gradient is [[1, 1], [0, 2]] in both steps, the first Q is (1, 0). Step 1: P = (1, 0), Q = M^T P = (1, 1), so
     * P Q^T = [[1, 1], [0, 0]] and [[0, 0], [0, 2]] is left out. Step 2: M = [[1, 1], [0, 4]], Q = (1, 1) / sqrt(2), P
     * = (1, 2) / sqrt(5), Q = (1, 9) / sqrt(5), so P Q^T = [[1, 9], [2, 18]] / 5.
     */
    @Test
    void feedsBackWhatItLeftOut() {
        Weight model = new Weight(Tensors.of(ZEROS_2X2, 2, 2));
        Trainer<Weight> trainer = trainer(model, 1, always(1));
        trainer.loadCommHookState(state("powersgd.q.weight", Tensors.of(new float[] {1, 0}, 2, 1)));
        Tensor x = Tensors.of(new float[] {1, 1, 0, 2}, 1, 2, 2);
        step(trainer, x);
        assertArrayEquals(new float[] {-1, -1, 0, 0}, model.weight.toFloatArray(), 1e-6f);
        assertArrayEquals(new float[] {0, 0, 0, 2}, leftOut(trainer), 1e-6f);
        step(trainer, x);
        assertArrayEquals(new float[] {-1.2f, -2.8f, -0.4f, -3.6f}, model.weight.toFloatArray(), 1e-6f);
        assertArrayEquals(new float[] {0.8f, -0.8f, -0.4f, 0.4f}, leftOut(trainer), 1e-6f);
    }

    private static StateDict state(String key, Tensor tensor) {
        SequencedMap<String, Tensor> one = new LinkedHashMap<>();
        one.put(key, tensor);
        return new StateDict(one);
    }

    private static float[] leftOut(Trainer<Weight> trainer) {
        return trainer.commHookState().get("powersgd.error.0.weight").toFloatArray();
    }

    /** The whole algorithm once more in plain doubles, with the leaves of V virtual ranks. */
    private static final class Plain {
        private final int n;
        private final int m;
        private final double[][] weight;
        private final double[][][] leftOut;
        private double[][] right;

        Plain(int virtualRanks, int n, int m, double[][] right) {
            this.n = n;
            this.m = m;
            this.weight = new double[n][m];
            this.leftOut = new double[virtualRanks][n][m];
            this.right = right;
        }

        /** One step of rate 1 with the gradients of all virtual ranks, which add up to that of the batch. */
        void step(double[][][] gradients) {
            double[][] q = orthonormal(right);
            double[][] p = new double[n][q[0].length];
            for (int v = 0; v < gradients.length; v++) {
                add(gradients[v], leftOut[v], 1);
                add(p, product(gradients[v], q), 1);
            }
            p = orthonormal(p);
            double[][] sum = new double[m][q[0].length];
            for (int v = 0; v < gradients.length; v++) {
                double[][] own = product(transposed(gradients[v]), p);
                add(sum, own, 1);
                leftOut[v] = gradients[v];
                add(leftOut[v], product(p, transposed(own)), -1);
            }
            right = sum;
            add(weight, product(p, transposed(sum)), -1);
        }

        private static double[][] product(double[][] a, double[][] b) {
            double[][] c = new double[a.length][b[0].length];
            for (int i = 0; i < a.length; i++) {
                for (int j = 0; j < b[0].length; j++) {
                    for (int k = 0; k < b.length; k++) {
                        c[i][j] += a[i][k] * b[k][j];
                    }
                }
            }
            return c;
        }

        private static double[][] transposed(double[][] a) {
            double[][] t = new double[a[0].length][a.length];
            for (int i = 0; i < a.length; i++) {
                for (int j = 0; j < a[0].length; j++) {
                    t[j][i] = a[i][j];
                }
            }
            return t;
        }

        private static void add(double[][] a, double[][] b, double factor) {
            for (int i = 0; i < a.length; i++) {
                for (int j = 0; j < a[0].length; j++) {
                    a[i][j] += factor * b[i][j];
                }
            }
        }

        /** Classical Gram-Schmidt, two columns at most. */
        private static double[][] orthonormal(double[][] a) {
            double[][] columns = transposed(a);
            for (int c = 0; c < columns.length; c++) {
                double[] column = columns[c];
                for (int before = 0; before < c; before++) {
                    double along = product(new double[][] {columns[before]}, transposed(new double[][] {column}))[0][0];
                    add(new double[][] {column}, new double[][] {columns[before]}, -along);
                }
                double norm = 0;
                for (double x : column) {
                    norm += x * x;
                }
                add(new double[][] {column}, new double[][] {column.clone()}, 1 / Math.sqrt(norm) - 1);
            }
            return transposed(columns);
        }

        double[] flatWeight() {
            return Arrays.stream(weight).flatMapToDouble(Arrays::stream).toArray();
        }
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "1, 4", "2, 4"})
    void isTheAlgorithmInDoubles(int rank, int virtualRanks) {
        int n = 6;
        int m = 9;
        int rows = 8;
        Weight model = new Weight(Tensors.of(new float[n * m], n, m));
        Trainer<Weight> trainer = trainer(model, virtualRanks, always(rank));
        Plain plain = new Plain(virtualRanks, n, m, firstRight(m, rank));
        SplittableRandom random = new SplittableRandom(5);
        for (int step = 0; step < 5; step++) {
            float[] x = new float[rows * n * m];
            double[][][] gradients = new double[virtualRanks][n][m];
            for (int i = 0; i < x.length; i++) {
                x[i] = (float) random.nextDouble(-1, 1);
                int row = i / (n * m);
                gradients[row * virtualRanks / rows][i / m % n][i % m] += (double) x[i] / rows;
            }
            step(trainer, Tensors.of(x, rows, n, m));
            plain.step(gradients);
        }
        double[] weight = model.weight.to(DType.F64).toDoubleArray();
        assertArrayEquals(plain.flatWeight(), weight, 1e-5);
    }

    /** The first Q is drawn by seed, step and index of the gradient. */
    private static double[][] firstRight(int m, int rank) {
        try (var _ = RandomSource.install(new StepRandom(0, 0, 0))) {
            float[] drawn = randn(m, rank).toFloatArray();
            double[][] right = new double[m][rank];
            for (int i = 0; i < drawn.length; i++) {
                right[i / rank][i % rank] = drawn[i];
            }
            return right;
        }
    }

    @Test
    void aTrainerThatGoesOnFromTheStateHasTheBitsOfOneThatWasNotDisturbed() {
        manualSeed(3);
        List<Tensor> batches = List.of(randn(8, 6, 9), randn(8, 6, 9), randn(8, 6, 9), randn(8, 6, 9));
        Weight whole = new Weight(randn(6, 9));
        Weight half = new Weight(whole.weight.detach().clone());
        Trainer<Weight> undisturbed = trainer(whole, 4, always(2));
        batches.forEach(batch -> step(undisturbed, batch));
        Trainer<Weight> before = trainer(half, 4, always(2));
        batches.subList(0, 2).forEach(batch -> step(before, batch));
        Trainer<Weight> after = trainer(half, 4, always(2)).loadCommHookState(before.commHookState());
        batches.subList(2, 4).forEach(batch -> step(after, batch));
        assertEquals(WeightsDigest.sha256(whole.stateDict()), WeightsDigest.sha256(half.stateDict()));
    }

    @Test
    void compressesNothingBeforeItsFirstStep() {
        Weight model = new Weight(Tensors.of(ZEROS_2X2, 2, 2));
        Trainer<Weight> trainer =
                trainer(model, 1, CommHook.powerSgd(o -> o.startPowerSgdIter(1).minCompressionRate(0.1)));
        step(trainer, Tensors.of(new float[] {1, 2, 3, 4}, 1, 2, 2));
        assertArrayEquals(new float[] {-1, -2, -3, -4}, model.weight.toFloatArray());
        assertTrue(trainer.commHookState().tensors().isEmpty());
        step(trainer, Tensors.of(new float[] {1, 0, 0, 1}, 1, 2, 2));
        assertEquals(2, trainer.commHookState().tensors().size());
    }

    @Test
    void leavesSmallMatricesAlone() {
        Weight model = new Weight(Tensors.of(ZEROS_2X2, 2, 2));
        Trainer<Weight> trainer = trainer(model, 1, CommHook.powerSgd(o -> o.startPowerSgdIter(0)));
        step(trainer, Tensors.of(new float[] {1, 2, 3, 4}, 1, 2, 2)); // (2 + 2) x 1 x 2 is not less than 4.
        assertArrayEquals(new float[] {-1, -2, -3, -4}, model.weight.toFloatArray());
    }

    @Test
    void refusesStatesThatAreNotItsOwn() {
        Weight model = new Weight(Tensors.of(ZEROS_2X2, 2, 2));
        Trainer<Weight> plain = trainer(model, 1, CommHook.allReduce())
                .loadCommHookState(state("powersgd.q.weight", Tensors.of(new float[] {1, 0}, 2, 1)));
        Tensor x = Tensors.of(new float[] {1, 2, 3, 4}, 1, 2, 2);
        assertThrows(IllegalArgumentException.class, () -> step(plain, x));
        Trainer<Weight> other = trainer(model, 1, always(1))
                .loadCommHookState(state("powersgd.q.other", Tensors.of(new float[] {1, 0}, 2, 1)));
        assertThrows(IllegalArgumentException.class, () -> step(other, x));
    }

    @Test
    void refusesBadOptions() {
        assertThrows(IllegalArgumentException.class, () -> CommHook.powerSgd(o -> o.matrixApproximationRank(0)));
        assertThrows(IllegalArgumentException.class, () -> CommHook.powerSgd(o -> o.startPowerSgdIter(-1)));
        assertThrows(IllegalArgumentException.class, () -> CommHook.powerSgd(o -> o.minCompressionRate(0)));
    }
}
