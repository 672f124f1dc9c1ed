package dev.lockstep.nn;

import static dev.lockstep.tensor.Tensors.cat;
import static dev.lockstep.tensor.Tensors.manualSeed;
import static dev.lockstep.tensor.Tensors.randn;
import static dev.lockstep.tensor.Tensors.zeros;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lockstep.tensor.Gradients;
import dev.lockstep.tensor.Tensor;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Recorded values: PyTorch 1.13, manual_seed(0), LSTM(3, 2, 2), x = randn(4, 2, 3), loss = out.sum() + c.sum(). */
class LstmTest {
    private static final float[] HIDDEN_WEIGHT_GRADIENT = {
        0.003908768f,
        0.004638574f,
        0.008532453f,
        -0.01278053f,
        0.02156322f,
        -0.01078487f,
        -0.02417379f,
        0.01577263f,
        0.06246275f,
        -0.02452528f,
        0.1373137f,
        -0.06165639f,
        -0.0009644234f,
        0.002180384f,
        0.0002596232f,
        -0.003237405f
    };

    @BeforeEach
    void seed() {
        manualSeed(0);
    }

    @Test
    void keysAreTorchs() {
        assertEquals(
                List.of(
                        "weight_ih_l0",
                        "weight_hh_l0",
                        "bias_ih_l0",
                        "bias_hh_l0",
                        "weight_ih_l1",
                        "weight_hh_l1",
                        "bias_ih_l1",
                        "bias_hh_l1"),
                List.copyOf(new LSTM(3, 2, o -> o.layers(2)).stateDict().keys()));
    }

    @Test
    void valuesAndGradientsAreTorchs() {
        LSTM lstm = new LSTM(3, 2, o -> o.layers(2));
        LSTM.Output output = lstm.call(randn(4, 2, 3));
        assertArrayEquals(
                new float[] {0.1969253f, 0.1526478f, 0.2077741f, 0.1431699f},
                output.out().select(0, 3).toFloatArray(),
                1e-6f);
        assertArrayEquals(
                new float[] {
                    0.1877946f, -0.2645141f, 0.3155552f, -0.3022825f, 0.9470491f, 0.5235218f, 0.9863329f, 0.5031217f
                },
                output.end().c().toFloatArray(),
                1e-6f);
        Gradients gradients = output.out().sum().add(output.end().c().sum()).backward();
        assertArrayEquals(
                HIDDEN_WEIGHT_GRADIENT,
                gradients.get(lstm.namedParameters().get("weight_hh_l0")).toFloatArray(),
                1e-5f);
        assertArrayEquals(
                new float[] {0.9303889f, 1.003703f, 0.8547655f, 0.5461054f, 1.102917f, 1.826819f, 1.170095f, 0.6485873f
                },
                gradients.get(lstm.namedParameters().get("bias_ih_l1")).toFloatArray(),
                1e-5f);
    }

    @Test
    void goesOnFromTheStateWhereItEnded() {
        LSTM lstm = new LSTM(3, 5);
        Tensor x = randn(6, 2, 3);
        LSTM.Output first = lstm.call(x.narrow(0, 0, 4));
        LSTM.Output second = lstm.call(new LSTM.Input(x.narrow(0, 4, 2), Optional.of(first.end())));
        assertArrayEquals(
                lstm.call(x).out().toFloatArray(),
                cat(0, first.out(), second.out()).toFloatArray());
    }

    @Test
    void takesTheBatchFirstIfAsked() {
        LSTM timeFirst = new LSTM(3, 5);
        LSTM batchFirst = new LSTM(3, 5, o -> o.batchFirst(true));
        batchFirst.load(timeFirst.stateDict());
        Tensor x = randn(6, 2, 3);
        assertArrayEquals(
                timeFirst.call(x).out().toFloatArray(),
                batchFirst.call(x.transpose(0, 1)).out().transpose(0, 1).toFloatArray());
    }

    @Test
    void refusesWhatDoesNotFit() {
        LSTM lstm = new LSTM(3, 5);
        var wrongSize = assertThrows(IllegalArgumentException.class, () -> lstm.call(zeros(6, 2, 4)));
        assertTrue(wrongSize.getMessage().contains("[6, 2, 4]"), wrongSize.getMessage());
        var state = new LSTM.State(zeros(1, 3, 5), zeros(1, 3, 5));
        var wrongState = assertThrows(
                IllegalArgumentException.class, () -> lstm.call(new LSTM.Input(zeros(6, 2, 3), Optional.of(state))));
        assertTrue(wrongState.getMessage().contains("[1, 2, 5]"), wrongState.getMessage());
        assertThrows(IllegalArgumentException.class, () -> new LSTM(3, 0));
    }
}
