package dev.lockstep.train;

import static dev.lockstep.tensor.Tensors.crossEntropy;
import static dev.lockstep.tensor.Tensors.manualSeed;
import static dev.lockstep.tensor.Tensors.randint;
import static dev.lockstep.tensor.Tensors.randn;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import dev.lockstep.data.Batch;
import dev.lockstep.data.TensorDataset;
import dev.lockstep.device.Device;
import dev.lockstep.layout.DType;
import dev.lockstep.module.Layer;
import dev.lockstep.module.WeightsDigest;
import dev.lockstep.nn.Conv2d;
import dev.lockstep.nn.LSTM;
import dev.lockstep.nn.Linear;
import dev.lockstep.nn.TransformerEncoderLayer;
import dev.lockstep.optim.AdamW;
import dev.lockstep.tensor.Autocast;
import dev.lockstep.tensor.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Products of rounded factors keep the promise: the digest depends on V and the seed, not on the threads. */
class AutocastBitsTest {
    private static final int ROWS = 24;

    /** A convolution whose rows an LSTM reads, and attention with a causal mask and dropout over its states. */
    private static final class Mixed extends Layer {
        private final Conv2d conv = child("conv", new Conv2d(3, 8, 3, o -> o.padding(1)));
        private final LSTM lstm = child("lstm", new LSTM(48, 16, o -> o.batchFirst(true)));
        private final TransformerEncoderLayer block = child(
                "block",
                new TransformerEncoderLayer(
                        16, 2, o -> o.hidden(32).dropout(0.1).causal(true)));
        private final Linear output = child("output", new Linear(16, 5));

        @Override
        public Tensor forward(Tensor x) { // [N, 3, 6, 6]
            Tensor rows = conv.call(x).relu().transpose(1, 2).flatten(2); // [N, 6, 48]
            return output.call(block.call(lstm.call(rows).out()).mean(1));
        }
    }

    private static String train(DType products, int threads) {
        manualSeed(5);
        var data = new TensorDataset(randn(ROWS, 3, 6, 6), randint(5, (long) ROWS));
        var net = new Mixed();
        var job = Job.alone(new Job.Settings(6, 1, threads, 0, Device.CPU, 10));
        var trainer = Trainer.of(job, net, new AdamW(net.parameters(), o -> o.lr(1e-2)));
        for (int step = 0; step < 4; step++) {
            trainer.step(Batch.of(data, 0, ROWS), (model, batch, context) -> {
                try (var _ = Autocast.to(products)) {
                    return crossEntropy(model.call(batch.x()), batch.y());
                }
            });
        }
        trainer.finish();
        return WeightsDigest.sha256(net.stateDict());
    }

    @ParameterizedTest
    @EnumSource(
            value = DType.class,
            names = {"BF16", "F16"})
    void threadsDoNotChangeABit(DType products) {
        String one = train(products, 1);
        assertEquals(one, train(products, 2));
        assertEquals(one, train(products, 3));
    }

    @Test
    void roundingChangesTheNumbers() {
        assertNotEquals(train(DType.F32, 1), train(DType.BF16, 1));
    }
}
