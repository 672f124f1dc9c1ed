package dev.lockstep.train;

import static dev.lockstep.tensor.Tensors.crossEntropy;
import static dev.lockstep.tensor.Tensors.manualSeed;
import static dev.lockstep.tensor.Tensors.randint;
import static dev.lockstep.tensor.Tensors.randn;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lockstep.backend.Backend;
import dev.lockstep.backend.Backends;
import dev.lockstep.backend.cpu.CpuBackend;
import dev.lockstep.backend.cpu.HostMemory;
import dev.lockstep.backend.fusion.FusingBackend;
import dev.lockstep.data.Batch;
import dev.lockstep.data.Dataset;
import dev.lockstep.data.TensorDataset;
import dev.lockstep.device.Device;
import dev.lockstep.device.MemoryPool;
import dev.lockstep.module.Layer;
import dev.lockstep.module.WeightsDigest;
import dev.lockstep.nn.BatchNorm2d;
import dev.lockstep.nn.Conv2d;
import dev.lockstep.nn.Dropout;
import dev.lockstep.nn.LSTM;
import dev.lockstep.nn.LayerNorm;
import dev.lockstep.nn.Linear;
import dev.lockstep.nn.MultiheadAttention;
import dev.lockstep.optim.AdamW;
import dev.lockstep.tensor.Tensor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Neighbouring virtual ranks in one call of the closure: the bits, errors and memory of one call each. */
class NeighbouringRanksTest {
    private static final int WIDTH = 64;
    private static final int RANKS = 8;
    private static final int STEPS = 4;

    private final MemoryPool pool = new MemoryPool(new HostMemory());
    private final Backend before = Backends.of(Device.CPU);
    private final AtomicInteger calls = new AtomicInteger();
    private final StepClosure<Layer> together = (m, batch, context) -> loss(m, batch);
    private final StepClosure<Layer> oneByOne = (m, batch, context) -> {
        assertTrue(context.virtualRank() >= 0); // Which rank it is has no answer for several.
        return loss(m, batch);
    };

    NeighbouringRanksTest() {
        Backends.use(new FusingBackend(new CpuBackend(pool)));
    }

    @AfterEach
    void theBackendOfOtherTestsComesBack() {
        Backends.use(before);
    }

    private Tensor loss(Layer model, Batch batch) {
        calls.incrementAndGet();
        return crossEntropy(model.call(batch.x()), batch.y());
    }

    enum Model {
        MLP(Mlp::new),
        CONVOLUTIONS(Convolutions::new),
        RECURRENT(Recurrent::new),
        ATTENTION(Attentive::new);

        private final Supplier<Layer> make;

        Model(Supplier<Layer> make) {
            this.make = make;
        }
    }

    private static final class Mlp extends Layer {
        private final Linear in = child("in", new Linear(WIDTH, 96));
        private final Dropout dropout = child("dropout", new Dropout(0.3));
        private final LayerNorm norm = child("norm", new LayerNorm(96));
        private final Linear out = child("out", new Linear(96, 10));

        @Override
        public Tensor forward(Tensor x) {
            Tensor h = in.call(x).gelu();
            return out.call(
                    norm.call(dropout.call(h).add(h.mul(0.5)).add(randn(96).mul(0.01))));
        }
    }

    private static final class Convolutions extends Layer {
        private final Conv2d first = child("first", new Conv2d(1, 6, 3, o -> o.padding(1)));
        private final BatchNorm2d norm = child("norm", new BatchNorm2d(6));
        private final Conv2d second = child("second", new Conv2d(6, 16, 3, o -> o.padding(1)));
        private final Linear out = child("out", new Linear(64, 10));

        @Override
        public Tensor forward(Tensor x) {
            Tensor h = norm.call(first.call(x.reshape(-1, 1, 8, 8))).relu().maxPool2d(2);
            return out.call(second.call(h).relu().maxPool2d(2).flatten(1));
        }
    }

    private static final class Recurrent extends Layer {
        private final LSTM lstm = child("lstm", new LSTM(8, 24));
        private final Linear out = child("out", new Linear(24, 10));

        @Override
        public Tensor forward(Tensor x) {
            Tensor steps = x.reshape(-1, 8, 8).transpose(0, 1); // [T, N, 8]
            return out.call(lstm.call(steps).out().select(0, 7));
        }
    }

    private static final class Attentive extends Layer {
        private final MultiheadAttention attention =
                child("attention", new MultiheadAttention(16, 2, o -> o.dropout(0.1)));
        private final Linear out = child("out", new Linear(WIDTH, 10));

        @Override
        public Tensor forward(Tensor x) {
            Tensor tokens = x.reshape(-1, 4, 16);
            return out.call(attention.call(tokens).add(tokens).flatten(1));
        }
    }

    private Trainer<Layer> trainer(Layer model, int threads) {
        var job = Job.alone(new Job.Settings(RANKS, 1, threads, 0, Device.CPU, 10));
        return Trainer.of(job, model, new AdamW(model.parameters(), o -> o.lr(1e-2)));
    }

    private static Dataset data(int rows) {
        return new TensorDataset(randn(rows, WIDTH), randint(10, (long) rows));
    }

    private String train(Supplier<Layer> make, StepClosure<Layer> closure, int rows, int threads) {
        manualSeed(5);
        Dataset data = data(rows);
        Layer model = make.get();
        Trainer<Layer> trainer = trainer(model, threads);
        for (int step = 0; step < STEPS; step++) {
            trainer.step(Batch.of(data, 0, rows), closure);
        }
        trainer.finish();
        return WeightsDigest.sha256(model.stateDict());
    }

    @ParameterizedTest
    @EnumSource(Model.class)
    void oneCallForAllHasTheBitsOfOneCallEach(Model model) {
        String expected = train(model.make, oneByOne, 96, 1);
        assertEquals(RANKS * STEPS, calls.getAndSet(0));
        assertEquals(expected, train(model.make, together, 96, 1));
        assertEquals(STEPS, calls.getAndSet(0), "one call a step");
        assertEquals(expected, train(model.make, together, 96, 2));
        assertEquals(2 * STEPS, calls.get(), "one call a step and thread");
    }

    @Test
    void ranksOfOtherNumbersOfRowsAndOfOneRowStayAsTheyAre() {
        for (int rows : new int[] {8, 9, 100, 250}) {
            String expected = train(Mlp::new, oneByOne, rows, 1);
            assertEquals(expected, train(Mlp::new, together, rows, 1), rows + " rows");
        }
    }

    @Test
    void rowsThatAUserMadeAreJoined() {
        Dataset plain = data(96);
        Dataset mapped = plain.map(0, x -> x.mul(2.0).div(2.0));
        assertEquals(lossOf(plain, oneByOne), lossOf(mapped, together));
        assertEquals(RANKS + 1, calls.get());
    }

    private double lossOf(Dataset data, StepClosure<Layer> closure) {
        manualSeed(5);
        return trainer(new Mlp(), 1).step(Batch.of(data, 0, 96), closure).loss();
    }

    @Test
    void metricsAreThoseOfEachRank() {
        Dataset data = data(96);
        assertEquals(metrics(data, false), metrics(data, true));
    }

    private StepResult metrics(Dataset data, boolean apart) {
        manualSeed(5);
        return trainer(new Convolutions(), 1).step(Batch.of(data, 0, 96), (m, batch, context) -> {
            assertTrue(!apart || context.virtualRank() >= 0);
            Tensor out = m.call(batch.x());
            context.metric("largest", out.max());
            context.metric("rows", batch.size());
            return crossEntropy(out, batch.y());
        });
    }

    @Test
    void whatReadsNumbersRunsOnceEach() {
        StepClosure<Layer> reading = (m, batch, context) -> {
            Tensor loss = loss(m, batch);
            return loss.item() > 2 ? loss.mul(0.5) : loss;
        };
        train(Mlp::new, reading, 96, 1);
        assertEquals(1 + RANKS * STEPS, calls.get(), "the first attempt, then one by one");
    }

    @Test
    void whatCatchesEverythingRunsOnceEach() {
        StepClosure<Layer> catching = (m, batch, context) -> {
            Tensor loss = loss(m, batch);
            try {
                return loss.item() > 2 ? loss.mul(0.5) : loss;
            } catch (Throwable any) {
                return loss.mul(7.0);
            }
        };
        StepClosure<Layer> reading = (m, batch, context) -> {
            Tensor loss = loss(m, batch);
            return loss.item() > 2 ? loss.mul(0.5) : loss;
        };
        assertEquals(train(Mlp::new, reading, 96, 1), train(Mlp::new, catching, 96, 1));
    }

    @Test
    void numbersOfTheHostAreDrawnOnceEach() {
        StepClosure<Layer> drawing = (m, batch, context) ->
                loss(m, batch).mul(1 + (context.random().next().seed() & 7));
        train(Mlp::new, drawing, 96, 1);
        assertEquals(1 + RANKS * STEPS, calls.get(), "the first attempt, then one by one");
    }

    @Test
    void hooksSeeTheGradientOfEachRank() {
        manualSeed(5);
        Mlp model = new Mlp();
        var seen = new AtomicInteger();
        model.parameters().getFirst().registerHook(gradient -> {
            seen.incrementAndGet();
            return gradient;
        });
        trainer(model, 1).step(Batch.of(data(96), 0, 96), together);
        assertEquals(RANKS, seen.get());
        assertEquals(RANKS, calls.get());
    }

    @Test
    void aLossThatIsNotFiniteNamesItsRankAndSamples() {
        manualSeed(5);
        Tensor x = randn(96, WIDTH);
        x.narrow(0, 36, 1).fill_(Double.NaN);
        var data = new TensorDataset(x, randint(10, 96L));
        Trainer<Layer> trainer = trainer(new Mlp(), 1);
        var refused = assertThrows(NonFiniteLossException.class, () -> trainer.step(Batch.of(data, 0, 96), together));
        assertTrue(refused.getMessage().contains("virtual rank 3, samples [36, 37,"), refused.getMessage());
        assertEquals(1, calls.get());
    }

    @Test
    void aMistakeIsReportedInTheShapesOfOneRank() {
        manualSeed(5);
        Trainer<Layer> trainer = trainer(new Mlp(), 1);
        StepClosure<Layer> wrong =
                (m, batch, context) -> batch.x().matmul(randn(7, 3)).sum();
        var refused =
                assertThrows(IllegalArgumentException.class, () -> trainer.step(Batch.of(data(96), 0, 96), wrong));
        assertTrue(refused.getMessage().contains("[12, 64]"), refused.getMessage());
    }

    @ParameterizedTest
    @EnumSource(Model.class)
    void nothingIsLeftBehind(Model model) {
        manualSeed(5);
        Dataset data = data(96);
        Trainer<Layer> trainer = trainer(model.make.get(), 1);
        long inUse = 0;
        for (int step = 0; step < 6; step++) {
            trainer.step(Batch.of(data, 0, 96), together);
            inUse = step == 2 ? pool.stats().bytesInUse() : inUse;
        }
        assertEquals(inUse, pool.stats().bytesInUse());
        assertEquals(0, pool.stats().reclaimedByGc());
    }
}
