package dev.lockstep.tensor;

import static dev.lockstep.tensor.Tensors.manualSeed;
import static dev.lockstep.tensor.Tensors.randn;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.lockstep.layout.DType;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Attention as one op against the chain of ops that it stands for. */
class AttentionOpsTest {
    private static final AttentionOptions PLAIN = AttentionOptions.DEFAULT;

    private final Scope scope = Scope.open("test");
    private List<Tensor> operands = List.of();

    @BeforeEach
    void makeOperands() {
        manualSeed(3);
        operands = List.of(randn(2, 3, 4, 8), randn(2, 3, 5, 8), randn(2, 3, 5, 8));
    }

    @AfterEach
    void closeScope() {
        scope.close();
    }

    private static Tensor chain(Tensor q, Tensor k, Tensor v, AttentionOptions options) {
        Tensor scores = q.matmul(k.transpose(-2, -1)).div(Math.sqrt(q.size(-1)));
        Tensor mask = options.mask();
        if (mask != null) {
            scores = mask.dtype() == DType.BOOL
                    ? scores.maskedFill(mask.logicalNot(), Double.NEGATIVE_INFINITY)
                    : scores.add(mask);
        }
        return scores.softmax(-1).dropout(options.dropout()).matmul(v);
    }

    private void assertEqualsChain(AttentionOptions options) {
        List<Tensor> leaves =
                operands.stream().map(x -> x.clone().requiresGrad(true)).toList();
        List<Tensor> others =
                operands.stream().map(x -> x.clone().requiresGrad(true)).toList();
        manualSeed(8);
        Tensor one = Tensors.scaledDotProductAttention(leaves.get(0), leaves.get(1), leaves.get(2), options);
        manualSeed(8);
        Tensor many = chain(others.get(0), others.get(1), others.get(2), options);
        assertArrayEquals(many.toFloatArray(), one.toFloatArray(), 1e-5f);
        Gradients gradients = one.square().sum().backward();
        Gradients expected = many.square().sum().backward();
        for (int i = 0; i < leaves.size(); i++) {
            assertArrayEquals(
                    expected.get(others.get(i)).toFloatArray(),
                    gradients.get(leaves.get(i)).toFloatArray(),
                    1e-4f,
                    "operand " + i);
        }
    }

    @Test
    void masksHideOrAdd() {
        assertEqualsChain(PLAIN.mask(randn(4, 5).gt(-0.5)));
        assertEqualsChain(PLAIN.mask(randn(2, 1, 1, 5).gt(-0.5)));
        assertEqualsChain(PLAIN.mask(randn(3, 4, 1)));
        assertEqualsChain(PLAIN.mask(randn(2, 3, 4, 5)));
    }

    /** The same weights are dropped: those that the seed drops from a value of the weights' shape. */
    @Test
    void dropoutDropsWhatTheChainDrops() {
        assertEqualsChain(PLAIN.dropout(0.4));
        assertEqualsChain(PLAIN.dropout(0.4).mask(randn(4, 5).gt(-1)));
    }

    @Test
    void aMaskMayHaveAGradient() {
        Tensor mask = randn(4, 5).requiresGrad(true);
        Tensor out =
                Tensors.scaledDotProductAttention(operands.get(0), operands.get(1), operands.get(2), PLAIN.mask(mask));
        assertEquals(mask.shape(), out.sum().backward().get(mask).shape());
    }

    /** As in PyTorch since 2.5; before, the softmax of nothing was NaN. */
    @Test
    void aQueryThatSeesNothingGivesZeros() {
        Tensor seen = Tensors.of(new boolean[] {true, false, true, true}, 4, 1).expand(4, 5);
        for (Tensor mask : List.of(
                seen,
                Tensors.zeros(4, 5).maskedFill(seen.logicalNot(), Double.NEGATIVE_INFINITY),
                Tensors.zeros(4, 5)
                        .maskedFill(seen.logicalNot(), Double.NEGATIVE_INFINITY)
                        .requiresGrad(true))) {
            Tensor query = operands.get(0).clone().requiresGrad(true);
            Tensor out = Tensors.scaledDotProductAttention(query, operands.get(1), operands.get(2), PLAIN.mask(mask));
            assertArrayEquals(
                    new float[8], out.select(2, 1).select(1, 0).select(0, 0).toFloatArray());
            Tensor gradient = out.square().sum().backward().get(query);
            assertArrayEquals(new float[48], gradient.select(2, 1).toFloatArray());
        }
    }

    @Test
    void refusesACausalMaskAndOtherProbabilities() {
        Tensor qkv = randn(2, 4, 3, 3, 8);
        AttentionOptions both = PLAIN.causal(true).mask(randn(4, 4));
        var error = assertThrows(IllegalArgumentException.class, () -> Tensors.selfAttention(qkv, both));
        assertEquals("selfAttention: causal and a mask exclude each other; put both into the mask", error.getMessage());
        var probability =
                assertThrows(IllegalArgumentException.class, () -> Tensors.selfAttention(qkv, PLAIN.dropout(1.5)));
        assertEquals(
                "selfAttention: the probability of dropping must lie in [0, 1], got 1.5", probability.getMessage());
    }
}
