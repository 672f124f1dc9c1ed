package dev.lockstep.train;

import static dev.lockstep.tensor.Tensors.manualSeed;
import static dev.lockstep.tensor.Tensors.randint;
import static dev.lockstep.tensor.Tensors.randn;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lockstep.backend.Backends;
import dev.lockstep.data.Batch;
import dev.lockstep.data.DataLoader;
import dev.lockstep.data.TensorDataset;
import dev.lockstep.device.Device;
import dev.lockstep.device.MemoryStats;
import dev.lockstep.module.Layer;
import dev.lockstep.nn.BatchNorm2d;
import dev.lockstep.nn.Conv2d;
import dev.lockstep.nn.CrossEntropyLoss;
import dev.lockstep.nn.Dropout;
import dev.lockstep.nn.Flatten;
import dev.lockstep.nn.Linear;
import dev.lockstep.nn.MaxPool2d;
import dev.lockstep.nn.ReLU;
import dev.lockstep.nn.Sequential;
import dev.lockstep.nn.TransformerEncoderLayer;
import dev.lockstep.optim.AdamW;
import dev.lockstep.optim.Optimizer;
import dev.lockstep.optim.SGD;
import dev.lockstep.tensor.Generator;
import dev.lockstep.tensor.Scope;
import dev.lockstep.tensor.Tensor;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * The loop that a user writes without a trainer: one worker, one virtual rank, memory flat without a try of the user's
 * own.
 */
class HandWrittenLoopTest {
    private static final int SAMPLES = 32;
    private final CrossEntropyLoss loss = new CrossEntropyLoss();

    @BeforeEach
    void seed() {
        manualSeed(1);
    }

    private static MemoryStats memory() {
        return Backends.of(Device.CPU).memory().stats();
    }

    private static DataLoader loader(long... sizesOfSample) {
        long[] sizes = new long[sizesOfSample.length + 1];
        sizes[0] = SAMPLES;
        System.arraycopy(sizesOfSample, 0, sizes, 1, sizesOfSample.length);
        Tensor labels = randint(Generator.defaultGenerator(), 0, 3, SAMPLES);
        return DataLoader.of(
                new TensorDataset(randn(sizes), labels), o -> o.batchSize(8).shuffle(true));
    }

    private double epochs(Layer net, Optimizer optimizer, DataLoader loader, int count) {
        double last = 0;
        for (int epoch = 0; epoch < count; epoch++) {
            last = 0;
            for (Batch batch : loader) {
                Tensor error = loss.call(net.call(batch.x()), batch.y());
                optimizer.step(error.backward());
                last += error.item() * batch.size() / SAMPLES;
            }
        }
        return last;
    }

    /**
     * Not equal: parameters of earlier tests may be collected meanwhile. A leak of one tensor a turn is 2,560 bytes.
     */
    private static void assertNotMore(long bytesBefore) {
        long bytes = memory().bytesInUse();
        assertTrue(bytes <= bytesBefore, "grew from " + bytesBefore + " to " + bytes + " bytes");
    }

    private void assertFlat(Layer net, Optimizer optimizer, DataLoader loader) {
        epochs(net, optimizer, loader, 2);
        MemoryStats before = memory();
        epochs(net, optimizer, loader, 10);
        MemoryStats after = memory();
        assertNotMore(before.bytesInUse());
        assertEquals(before.reclaimedByGc(), after.reclaimedByGc());
        assertNull(Scope.current());
    }

    private static Layer perceptron() {
        return Sequential.of(new Linear(4, 16), new ReLU(), new Dropout(0.1), new Linear(16, 3));
    }

    @Test
    void memoryIsFlatForAPerceptron() {
        Layer net = perceptron();
        assertFlat(net, new AdamW(net.parameters(), o -> o.lr(1e-2)), loader(4));
    }

    @Test
    void memoryIsFlatForAConvolutionalNetWithBatchNorm() {
        Layer net = Sequential.of(
                new Conv2d(1, 4, 3, o -> o.padding(1)),
                new BatchNorm2d(4),
                new ReLU(),
                new MaxPool2d(2),
                new Flatten(),
                new Linear(36, 3));
        assertFlat(net, new SGD(net.parameters(), o -> o.lr(1e-2).momentum(0.9)), loader(1, 6, 6));
    }

    @Test
    void memoryIsFlatForATransformerBlock() {
        Layer net =
                Sequential.of(new TransformerEncoderLayer(8, 2, o -> o.hidden(16)), new Flatten(), new Linear(40, 3));
        assertFlat(net, new AdamW(net.parameters(), o -> o.lr(1e-2)), loader(5, 8));
    }

    /** 32 random samples of 4 numbers can be learnt by heart by 131 weights. */
    @Test
    void theLossFalls() {
        Layer net = Sequential.of(new Linear(4, 16), new ReLU(), new Linear(16, 3));
        Optimizer optimizer = new AdamW(net.parameters(), o -> o.lr(2e-2));
        DataLoader loader = loader(4);
        double first = epochs(net, optimizer, loader, 1);
        double last = epochs(net, optimizer, loader, 60);
        assertTrue(last < first / 2, "from " + first + " to " + last);
    }

    @Test
    void evaluatingWithoutGradientsIsFlatToo() {
        Layer net = perceptron();
        net.eval();
        DataLoader loader = loader(4);
        long before = memory().bytesInUse();
        for (int turn = 0; turn < 100; turn++) {
            for (Batch batch : loader) {
                net.call(batch.x());
            }
        }
        assertNotMore(before);
    }

    @Test
    void anErrorInTheMiddleOfForwardFreesEverything() {
        Layer net = Sequential.of(new Linear(4, 16), new ReLU(), new Linear(15, 3));
        Tensor x = randn(8, 4);
        long before = memory().bytesInUse();
        for (int turn = 0; turn < 10; turn++) {
            Exception error = assertThrows(IllegalArgumentException.class, () -> net.call(x));
            assertTrue(String.valueOf(error.getMessage()).contains("(in 2)"), error.getMessage());
        }
        assertNotMore(before);
        assertNull(Scope.current());
    }

    @Test
    void aLossThatIsKeptSurvivesItsTurn() {
        Layer net = perceptron();
        Tensor kept = randn(1);
        for (Batch batch : loader(4)) {
            kept = loss.call(net.call(batch.x()), batch.y()).keep();
        }
        assertTrue(Double.isFinite(kept.item()));
    }

    @Test
    void aTensorUsedAfterItsTurnSaysWhatEndedIt() {
        Tensor stale = randn(1);
        for (Batch batch : loader(4)) {
            stale = batch.x();
        }
        Exception error = assertThrows(IllegalStateException.class, stale::sum);
        assertTrue(String.valueOf(error.getMessage()).contains("data loader iteration"), error.getMessage());
    }
}
