package dev.lockstep.autograd;

import static dev.lockstep.autograd.GradientCheck.check;
import static dev.lockstep.autograd.GradientCheck.checkTwice;
import static dev.lockstep.autograd.GradientCheck.leaf;
import static dev.lockstep.autograd.GradientCheck.leafOf;
import static dev.lockstep.autograd.GradientCheck.positive;

import dev.lockstep.backend.op.Convolution.AvgPool2d;
import dev.lockstep.backend.op.RandomKey;
import dev.lockstep.backend.op.Sampling.Dropout;
import dev.lockstep.backend.op.Window;
import dev.lockstep.layout.DType;
import dev.lockstep.nn.GRU;
import dev.lockstep.nn.LSTM;
import dev.lockstep.tensor.AttentionOptions;
import dev.lockstep.tensor.ConvOptions;
import dev.lockstep.tensor.LossReduction;
import dev.lockstep.tensor.Scope;
import dev.lockstep.tensor.Tensor;
import dev.lockstep.tensor.Tensors;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every op with a gradient, against central differences. */
class GradientRulesTest {
    private Scope scope = Scope.open();

    @AfterEach
    void closeScope() {
        scope.close();
    }

    @Nested
    class Unary {
        static Stream<Named<UnaryOperator<Tensor>>> smooth() {
            return Stream.of(
                    Named.of("neg", Tensor::neg),
                    Named.of("abs", Tensor::abs),
                    Named.of("exp", Tensor::exp),
                    Named.of("square", Tensor::square),
                    Named.of("sin", Tensor::sin),
                    Named.of("cos", Tensor::cos),
                    Named.of("tanh", Tensor::tanh),
                    Named.of("sigmoid", Tensor::sigmoid),
                    Named.of("erf", Tensor::erf),
                    Named.of("relu", Tensor::relu),
                    Named.of("gelu", Tensor::gelu),
                    Named.of("geluTanh", Tensor::geluTanh),
                    Named.of("silu", Tensor::silu),
                    Named.of("softplus", Tensor::softplus),
                    Named.of("leakyRelu", x -> x.leakyRelu(0.1)),
                    Named.of("elu", x -> x.elu(1)),
                    Named.of("clamp", x -> x.clamp(-0.5, 0.7)),
                    Named.of("clone", Tensor::clone),
                    Named.of("floor", x -> x.mul(x.floor())));
        }

        @ParameterizedTest
        @MethodSource("smooth")
        void ofAnyNumber(UnaryOperator<Tensor> function) {
            checkTwice(in -> function.apply(in.get(0)), leaf(1, 3, 4));
        }

        static Stream<Named<UnaryOperator<Tensor>>> ofPositive() {
            return Stream.of(
                    Named.of("log", Tensor::log),
                    Named.of("sqrt", Tensor::sqrt),
                    Named.of("rsqrt", Tensor::rsqrt),
                    Named.of("reciprocal", Tensor::reciprocal),
                    Named.of("pow 2.5", x -> x.pow(2.5)),
                    Named.of("div by", x -> x.div(3.0)),
                    Named.of("3 / x", x -> x.rdiv(3.0)),
                    Named.of("3 - x", x -> x.rsub(3.0)),
                    Named.of("x - 3", x -> x.sub(3.0)),
                    Named.of("3 x + 1", x -> x.mul(3.0).add(1.0)));
        }

        @ParameterizedTest
        @MethodSource("ofPositive")
        void ofPositiveNumbers(UnaryOperator<Tensor> function) {
            checkTwice(in -> function.apply(in.get(0)), positive(1, 3, 4));
        }
    }

    @Nested
    class Binary {
        @Test
        void sumsAndProductsOfEqualShapes() {
            checkTwice(in -> in.get(0).add(in.get(1)).mul(in.get(0).sub(in.get(1))), leaf(1, 3, 4), leaf(2, 3, 4));
        }

        @Test
        void broadcastIsSummedBack() {
            checkTwice(in -> in.get(0).mul(in.get(1)).add(in.get(2)), leaf(1, 2, 3, 4), leaf(2, 3, 1), leaf(3));
        }

        @Test
        void quotients() {
            checkTwice(in -> in.get(0).div(in.get(1)), leaf(1, 3, 4), positive(2, 4));
        }

        @Test
        void powers() {
            checkTwice(in -> in.get(0).pow(in.get(1)), positive(1, 3, 4), leaf(2, 3, 1));
        }

        @Test
        void maximumAndMinimum() {
            check(
                    in -> in.get(0)
                            .maximum(in.get(1))
                            .add(in.get(0).minimum(in.get(1)).square()),
                    leaf(1, 3, 4),
                    leaf(2, 4));
        }

        @Test
        void equalArgumentsOfMaximumShareTheGradient() {
            Tensor a = leafOf(new double[] {2}, 1);
            Tensor b = leafOf(new double[] {2}, 1);
            var gradients = a.maximum(b).sum().backward();
            org.junit.jupiter.api.Assertions.assertEquals(0.5, gradients.get(a).item());
            org.junit.jupiter.api.Assertions.assertEquals(0.5, gradients.get(b).item());
        }

        @Test
        void choiceByCondition() {
            checkTwice(
                    in -> Tensors.where(in.get(0).detach().gt(0), in.get(0).square(), in.get(1)),
                    leaf(1, 3, 4),
                    leaf(2, 4));
        }
    }

    @Nested
    class Reductions {
        @Test
        void sums() {
            checkTwice(in -> in.get(0).square().sum(0, 2), leaf(1, 2, 3, 4));
            checkTwice(in -> in.get(0).square().sum(true, 1), leaf(1, 2, 3, 4));
        }

        @Test
        void means() {
            checkTwice(in -> in.get(0).square().mean(1), leaf(1, 2, 3));
            checkTwice(in -> in.get(0).square().mean(), leaf(1, 2, 3));
        }

        @Test
        void products() {
            check(in -> in.get(0).prod(1), positive(1, 3, 4));
        }

        @Test
        void extremes() {
            check(in -> in.get(0).amax(false, 1), leaf(1, 3, 4));
            check(in -> in.get(0).min(), leaf(1, 3, 4));
            check(in -> in.get(0).max(1).values(), leaf(1, 3, 4));
        }

        @Test
        void variancesAndNorms() {
            checkTwice(in -> in.get(0).var(1), leaf(1, 3, 4));
            checkTwice(in -> in.get(0).norm(0), leaf(1, 3, 4));
        }

        @Test
        void softmaxes() {
            checkTwice(in -> in.get(0).softmax(1), leaf(1, 3, 4));
            checkTwice(in -> in.get(0).logSoftmax(0), leaf(1, 3, 4));
            checkTwice(in -> in.get(0).logSumExp(-1), leaf(1, 3, 4));
        }
    }

    @Nested
    class Shaping {
        @Test
        void views() {
            checkTwice(in -> in.get(0).reshape(6, 4).transpose(0, 1).square(), leaf(1, 2, 3, 4));
            checkTwice(in -> in.get(0).permute(2, 0, 1).square(), leaf(1, 2, 3, 4));
            checkTwice(in -> in.get(0).unsqueeze(1).expand(3, 5, 4).square(), leaf(1, 3, 4));
        }

        @Test
        void cuts() {
            checkTwice(in -> in.get(0).slice(1, 1, 6, 2).square(), leaf(1, 2, 7));
            checkTwice(in -> in.get(0).select(0, -1).square(), leaf(1, 3, 4));
        }

        @Test
        void joins() {
            checkTwice(in -> Tensors.cat(1, in.get(0), in.get(1)).square(), leaf(1, 2, 3), leaf(2, 2, 2));
            checkTwice(in -> Tensors.stack(0, in.get(0), in.get(1)).square(), leaf(1, 2, 3), leaf(2, 2, 3));
            checkTwice(in -> in.get(0).repeat(2, 3).square(), leaf(1, 2, 3));
        }

        @Test
        void readsByIndex() {
            Tensor index = Tensors.tensor(2, 0, 2);
            checkTwice(in -> in.get(0).indexSelect(0, index).square(), leaf(1, 3, 4));
            checkTwice(in -> in.get(0).gather(1, index.reshape(3, 1)).square(), leaf(1, 3, 4));
            checkTwice(in -> Tensors.embedding(index, in.get(0)).square(), leaf(1, 3, 4));
        }
    }

    @Nested
    class Products {
        @Test
        void matrices() {
            checkTwice(in -> in.get(0).matmul(in.get(1)), leaf(1, 3, 4), leaf(2, 4, 5));
        }

        @Test
        void batchesOfMatrices() {
            checkTwice(in -> in.get(0).matmul(in.get(1)), leaf(1, 2, 3, 4), leaf(2, 2, 4, 5));
            checkTwice(in -> in.get(0).matmul(in.get(1)), leaf(1, 2, 3, 4), leaf(2, 4, 5));
            checkTwice(in -> in.get(0).matmul(in.get(1)), leaf(1, 3, 4), leaf(2, 2, 4, 5));
        }

        @Test
        void vectors() {
            checkTwice(in -> in.get(0).matmul(in.get(1)), leaf(1, 4), leaf(2, 4));
            checkTwice(in -> in.get(0).mv(in.get(1)), leaf(1, 3, 4), leaf(2, 4));
            checkTwice(in -> in.get(0).outer(in.get(1)), leaf(1, 3), leaf(2, 4));
        }

        @Test
        void affineMaps() {
            checkTwice(in -> in.get(0).linear(in.get(1), in.get(2)), leaf(1, 2, 3, 4), leaf(2, 5, 4), leaf(3, 5));
            checkTwice(in -> in.get(0).linear(in.get(1), null), leaf(1, 4), leaf(2, 5, 4));
        }

        @Test
        void attention() {
            check(
                    in -> Tensors.scaledDotProductAttention(in.get(0), in.get(1), in.get(2), true),
                    leaf(1, 2, 3, 4),
                    leaf(2, 2, 3, 4),
                    leaf(3, 2, 3, 4));
            check(
                    in -> Tensors.selfAttention(in.get(0), AttentionOptions.DEFAULT.causal(true)),
                    leaf(4, 2, 3, 3, 2, 4));
            check(in -> Tensors.selfAttention(in.get(0), AttentionOptions.DEFAULT), leaf(5, 3, 3, 2, 4));
        }

        @Test
        void attentionWithMaskAndDropout() {
            Tensor seen = Tensors.of(new boolean[] {true, false, true, false, false, false, true, true, true}, 3, 3);
            AttentionOptions masked = AttentionOptions.DEFAULT.mask(seen).dropout(0.3);
            check(
                    in -> {
                        Tensors.manualSeed(4);
                        return Tensors.scaledDotProductAttention(in.get(0), in.get(1), in.get(2), masked);
                    },
                    leaf(1, 2, 3, 4),
                    leaf(2, 2, 3, 4),
                    leaf(3, 2, 3, 4));
            check(
                    in -> Tensors.selfAttention(in.get(0), AttentionOptions.DEFAULT.mask(in.get(1))),
                    leaf(4, 2, 3, 3, 2, 4),
                    leaf(5, 2, 1, 3, 3));
        }
    }

    @Nested
    class Images {
        @Test
        void convolutions() {
            checkTwice(
                    in -> in.get(0).conv2d(in.get(1), in.get(2), 1, 1),
                    leaf(1, 2, 3, 4, 4),
                    leaf(2, 2, 3, 3, 3),
                    leaf(3, 2));
            checkTwice(in -> in.get(0).conv2d(in.get(1), null, 2, 0), leaf(1, 1, 2, 5, 5), leaf(2, 3, 2, 2, 2));
        }

        @Test
        void groupedConvolutions() {
            ConvOptions grouped = ConvOptions.of(1, 0).groups(2);
            checkTwice(in -> in.get(0).conv2d(in.get(1), null, grouped), leaf(1, 1, 4, 3, 3), leaf(2, 2, 2, 2, 2));
        }

        @Test
        void pooling() {
            check(in -> in.get(0).maxPool2d(2), leaf(1, 2, 2, 4, 4));
            check(in -> in.get(0).maxPool2d(new Window(3, 3, 2, 2, 1, 1)), leaf(1, 1, 2, 5, 5));
            check(in -> in.get(0).maxPool2d(new Window(2, 3, 1, 2, 1, 1, 3, 2)), leaf(1, 1, 2, 5, 5));
            checkTwice(in -> in.get(0).avgPool2d(2), leaf(1, 2, 2, 4, 4));
            checkTwice(
                    in -> Tensors.execute(new AvgPool2d(new Window(3, 3, 2, 2, 1, 1)), in.get(0))
                            .get(0),
                    leaf(1, 1, 2, 5, 5));
        }
    }

    @Nested
    class Layers {
        @Test
        void layerNorm() {
            check(in -> in.get(0).layerNorm(in.get(1), in.get(2), 1e-5), leaf(1, 3, 4), leaf(2, 4), leaf(3, 4));
        }

        @Test
        void batchNorm() {
            check(
                    in -> in.get(0).batchNorm(in.get(1), in.get(2), 1e-5).output(),
                    leaf(1, 3, 2, 2, 2),
                    leaf(2, 2),
                    leaf(3, 2));
        }

        @Test
        void dropoutUnderOneKey() {
            Dropout dropout = new Dropout(0.4, new RandomKey(1, 2));
            checkTwice(in -> Tensors.execute(dropout, in.get(0)).get(0).square(), leaf(1, 5, 5));
        }

        @Test
        void recurrentNetworks() {
            LSTM lstm = new LSTM(2, 3);
            GRU gru = new GRU(2, 3);
            lstm.to(DType.F64);
            gru.to(DType.F64);
            checkTwice(in -> lstm.call(in.get(0)).out(), leaf(1, 3, 2, 2));
            checkTwice(in -> lstm.call(in.get(0)).end().c(), leaf(1, 3, 2, 2));
            checkTwice(in -> gru.call(in.get(0)).out(), leaf(1, 3, 2, 2));
        }

        @Test
        void crossEntropy() {
            Tensor target = Tensors.tensor(1, -100, 3);
            check(in -> Tensors.crossEntropy(in.get(0), target), leaf(1, 3, 4));
            check(
                    in -> Tensors.crossEntropy(
                            in.get(0), target, o -> o.labelSmoothing(0.1).reduction(LossReduction.SUM)),
                    leaf(1, 3, 4));
        }

        @Test
        void simpleLosses() {
            Tensor target = leaf(5, 3, 4).requiresGrad(false);
            checkTwice(in -> Tensors.mseLoss(in.get(0), target), leaf(1, 3, 4));
            check(in -> Tensors.l1Loss(in.get(0), target), leaf(1, 3, 4));
            check(in -> Tensors.binaryCrossEntropyWithLogits(in.get(0), target.sigmoid()), leaf(1, 3, 4));
        }
    }
}
