package dev.lockstep.backend.cpu;

import static dev.lockstep.tensor.Tensors.crossEntropy;
import static dev.lockstep.tensor.Tensors.manualSeed;
import static dev.lockstep.tensor.Tensors.randint;
import static dev.lockstep.tensor.Tensors.randn;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lockstep.backend.Backend;
import dev.lockstep.backend.BackendDecorator;
import dev.lockstep.backend.Backends;
import dev.lockstep.backend.Value;
import dev.lockstep.backend.fusion.FusingBackend;
import dev.lockstep.backend.op.Fused;
import dev.lockstep.backend.op.Op;
import dev.lockstep.data.Batch;
import dev.lockstep.data.TensorDataset;
import dev.lockstep.device.Device;
import dev.lockstep.device.MemoryPool;
import dev.lockstep.module.Layer;
import dev.lockstep.module.WeightsDigest;
import dev.lockstep.nn.BatchNorm2d;
import dev.lockstep.nn.Conv2d;
import dev.lockstep.nn.Dropout;
import dev.lockstep.nn.LayerNorm;
import dev.lockstep.nn.Linear;
import dev.lockstep.optim.AdamW;
import dev.lockstep.tensor.Autograd;
import dev.lockstep.tensor.Tensor;
import dev.lockstep.train.Job;
import dev.lockstep.train.Trainer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Training with fusion: the bits of training without, flat memory, and nothing left to the garbage collector. */
class FusionTrainingTest {
    private static final int ROWS = 96;
    private static final int WIDTH = 128;

    private final MemoryPool pool = new MemoryPool(new HostMemory());
    private final Backend plain = new CpuBackend(pool);
    private final Backend before = Backends.of(Device.CPU);

    @AfterEach
    void theBackendOfOtherTestsComesBack() {
        Backends.use(before);
    }

    /** A layer between element-wise chains that users write: gates, clipping, a residual. */
    private static final class Gated extends Layer {
        private final Linear in = child("in", new Linear(WIDTH, WIDTH));
        private final Linear out = child("out", new Linear(WIDTH, 10));

        @Override
        public Tensor forward(Tensor x) {
            Tensor h = in.call(x);
            Tensor gate = h.mul(0.5).tanh().add(1.0).mul(0.5);
            Tensor mixed = h.mul(gate).add(h.square().mul(0.1).sigmoid()).sub(x.mul(gate));
            return out.call(mixed.gelu().add(x));
        }
    }

    /** Convolutions with batch norms and a residual, then a layer norm of a sum with dropout. */
    private static final class Normed extends Layer {
        private final Conv2d conv1 = child("conv1", new Conv2d(2, 19, 3, o -> o.padding(1)));
        private final BatchNorm2d norm1 = child("norm1", new BatchNorm2d(19));
        private final Conv2d conv2 = child("conv2", new Conv2d(19, 19, 3, o -> o.padding(1)));
        private final BatchNorm2d norm2 = child("norm2", new BatchNorm2d(19));
        private final Linear in = child("in", new Linear(19, WIDTH));
        private final Dropout dropout = child("dropout", new Dropout(0.2));
        private final LayerNorm norm3 = child("norm3", new LayerNorm(WIDTH));
        private final Linear out = child("out", new Linear(WIDTH, 10));

        @Override
        public Tensor forward(Tensor x) {
            Tensor h = norm1.call(conv1.call(x.reshape(-1, 2, 8, 8))).relu();
            Tensor features = norm2.call(conv2.call(h)).add(h).relu().mean(2, 3);
            Tensor sum = x.add(dropout.call(in.call(features)));
            return out.call(norm3.call(sum).add(sum));
        }
    }

    private String train(Backend backend, int threads, int steps, List<Long> inUse) {
        return train(backend, Gated::new, threads, steps, inUse);
    }

    private String train(Backend backend, Supplier<Layer> model, int threads, int steps, List<Long> inUse) {
        Backends.use(backend);
        manualSeed(5);
        var data = new TensorDataset(randn(ROWS, WIDTH), randint(10, (long) ROWS));
        var net = model.get();
        var job = Job.alone(new Job.Settings(2, 1, threads, 0, Device.CPU, 10));
        var trainer = Trainer.of(job, net, new AdamW(net.parameters(), o -> o.lr(1e-2)));
        for (int step = 0; step < steps; step++) {
            trainer.step(Batch.of(data, 0, ROWS), (m, batch, context) -> crossEntropy(m.call(batch.x()), batch.y()));
            inUse.add(pool.stats().bytesInUse());
        }
        trainer.finish();
        return WeightsDigest.sha256(net.stateDict());
    }

    @Test
    void fusedTrainingEqualsPlainTrainingBitForBit() {
        String expected = train(plain, 1, 12, new ArrayList<>());
        assertEquals(expected, train(new FusingBackend(plain), 1, 12, new ArrayList<>()));
        assertEquals(expected, train(new FusingBackend(plain), 2, 12, new ArrayList<>()));
    }

    @Test
    void fusedNormsTrainBitForBit() {
        String expected = train(plain, Normed::new, 1, 8, new ArrayList<>());
        assertEquals(expected, train(new FusingBackend(plain), Normed::new, 1, 8, new ArrayList<>()));
        assertEquals(expected, train(new FusingBackend(plain), Normed::new, 2, 8, new ArrayList<>()));
    }

    @Test
    void fusedNormsEvaluateAndDifferentiateTwiceBitForBit() {
        assertArrayEquals(evaluate(plain), evaluate(new FusingBackend(plain)));
        assertArrayEquals(differentiateTwice(plain), differentiateTwice(new FusingBackend(plain)));
    }

    private static float[] evaluate(Backend backend) {
        Backends.use(backend);
        manualSeed(6);
        var net = new Normed();
        Tensor x = randn(ROWS, WIDTH);
        net.call(x);
        net.eval();
        return net.call(x).toFloatArray();
    }

    /** The gradient of the norm of a gradient. */
    private static float[] differentiateTwice(Backend backend) {
        Backends.use(backend);
        manualSeed(7);
        var net = new Normed();
        Tensor x = randn(ROWS, WIDTH).requiresGrad(true);
        Tensor loss = net.call(x).square().mean();
        Tensor first = Autograd.grad(List.of(loss), List.of(), List.of(x), o -> o.createGraph(true))
                .getFirst()
                .orElseThrow();
        return Autograd.grad(first.square().sum(), x).getFirst().toFloatArray();
    }

    @Test
    void memoryStaysFlatAndNothingIsForgotten() {
        List<Long> inUse = new ArrayList<>();
        train(new FusingBackend(plain), 2, 300, inUse);
        assertFlatAndNothingForgotten(inUse);
    }

    @Test
    void memoryOfFusedNormsStaysFlatAndNothingIsForgotten() {
        List<Long> inUse = new ArrayList<>();
        train(new FusingBackend(plain), Normed::new, 2, 60, inUse);
        assertFlatAndNothingForgotten(inUse);
    }

    /** For one model in a pool: an earlier one's weights would go whenever the garbage collector comes to them. */
    private void assertFlatAndNothingForgotten(List<Long> inUse) {
        assertEquals(inUse.get(3), inUse.getLast());
        System.gc();
        assertEquals(0, pool.stats().reclaimedByGc());
    }

    @Test
    void chainsAreReallyFused() {
        AtomicInteger fused = new AtomicInteger();
        train(new FusingBackend(new Counting(plain, fused)), 1, 1, new ArrayList<>());
        assertTrue(fused.get() > 0, "a step runs fused ops");
    }

    /** Counts the fused ops on their way to the device's backend. */
    private static final class Counting extends BackendDecorator {
        private final AtomicInteger fused;

        Counting(Backend below, AtomicInteger fused) {
            super(below);
            this.fused = fused;
        }

        @Override
        public Value[] execute(Op op, Value... inputs) {
            if (op instanceof Fused) {
                fused.incrementAndGet();
            }
            return below().execute(op, inputs);
        }
    }
}
