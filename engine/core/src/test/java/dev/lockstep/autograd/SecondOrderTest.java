package dev.lockstep.autograd;

import static dev.lockstep.autograd.GradientCheck.checkTwice;
import static dev.lockstep.autograd.GradientCheck.leaf;
import static dev.lockstep.autograd.GradientCheck.positive;

import dev.lockstep.tensor.AttentionOptions;
import dev.lockstep.tensor.Scope;
import dev.lockstep.tensor.Tensor;
import dev.lockstep.tensor.Tensors;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Gradients of gradients where backward has a kernel of its own, which has none: against central differences. */
class SecondOrderTest {
    private final Scope scope = Scope.open("test");

    @AfterEach
    void closeScope() {
        scope.close();
    }

    @Test
    void layerNorm() {
        checkTwice(in -> in.get(0).layerNorm(in.get(1), in.get(2), 1e-3), leaf(1, 3, 4), leaf(2, 4), leaf(3, 4));
    }

    @Test
    void batchNorm() {
        checkTwice(
                in -> in.get(0).batchNorm(in.get(1), in.get(2), 1e-3).output(),
                leaf(1, 3, 2, 2),
                leaf(2, 2),
                leaf(3, 2));
    }

    @Test
    void crossEntropy() {
        checkTwice(
                in -> Tensors.crossEntropy(in.get(0), Tensors.tensor(1L, -100, 0), o -> o.labelSmoothing(0.1)),
                leaf(1, 3, 4));
    }

    @Test
    void attention() {
        for (boolean causal : new boolean[] {false, true}) {
            checkTwice(
                    in -> Tensors.scaledDotProductAttention(in.get(0), in.get(1), in.get(2), causal),
                    leaf(1, 1, 2, 3, 2),
                    leaf(2, 1, 2, 3, 2),
                    leaf(3, 1, 2, 3, 2));
        }
    }

    @Test
    void selfAttention() {
        checkTwice(
                in -> Tensors.selfAttention(in.get(0), AttentionOptions.DEFAULT.causal(true)), leaf(1, 1, 3, 3, 2, 2));
    }

    /** The second query sees nothing. */
    @Test
    void attentionWithMaskAndDropout() {
        Tensor seen = Tensors.of(new boolean[] {true, false, true, false, false, false, true, true, true}, 3, 3);
        for (AttentionOptions options : List.of(
                AttentionOptions.DEFAULT.mask(seen),
                AttentionOptions.DEFAULT.mask(leaf(4, 3, 3).detach()),
                AttentionOptions.DEFAULT.causal(true).dropout(0.4))) {
            checkTwice(
                    in -> {
                        Tensors.manualSeed(4);
                        return Tensors.selfAttention(in.get(0), options);
                    },
                    leaf(1, 1, 3, 3, 2, 2));
        }
    }

    @Test
    void maxPool() {
        checkTwice(in -> in.get(0).maxPool2d(2), leaf(1, 1, 2, 4, 4));
    }

    @Test
    void runningAndWholeProducts() {
        checkTwice(in -> in.get(0).cumprod(1), positive(1, 2, 3));
        checkTwice(in -> in.get(0).prod(1), positive(1, 2, 3));
    }

    @Test
    void sortsAndRunningSums() {
        checkTwice(in -> in.get(0).sort(1, false).values().cumsum(1), leaf(1, 2, 4));
    }

    @Test
    void writesByIndex() {
        checkTwice(
                in -> in.get(0).scatter(0, Tensors.of(new long[] {2, 0}, 1, 2), in.get(1)),
                leaf(1, 3, 2),
                leaf(2, 1, 2));
    }

    @Test
    void windowsAndDiagonals() {
        checkTwice(in -> in.get(0).unfold(0, 2, 1).diagonal(0, 0, 1), leaf(1, 4, 3));
        checkTwice(in -> in.get(0).asStrided(new long[] {2, 2}, new long[] {1, 2}, 1), leaf(1, 5));
    }
}
