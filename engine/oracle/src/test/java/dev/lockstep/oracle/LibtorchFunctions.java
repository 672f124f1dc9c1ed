package dev.lockstep.oracle;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BinaryOperator;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/** The kernel of ops in PyTorch's C++ library, by the keys of the golden files. */
final class LibtorchFunctions {
    private static final long MEAN = 1;
    private static final long SUM = 2;
    private static final TensorOptional NONE = new TensorOptional();

    private final Map<String, Function> functions = new LinkedHashMap<>();

    /** Gives what a function makes of a case's inputs. */
    @FunctionalInterface
    interface Function {
        List<Tensor> of(List<Tensor> inputs);
    }

    private LibtorchFunctions() {
        unary();
        activations();
        binary();
        comparisons();
        reductions();
        shapes();
        products();
        convolutions();
        norms();
        losses();
        decompositions();
    }

    static Map<String, Function> all() {
        return new LibtorchFunctions().functions;
    }

    private void unary(String key, UnaryOperator<Tensor> function) {
        functions.put(key, in -> List.of(function.apply(in.get(0))));
    }

    private void binary(String key, BinaryOperator<Tensor> function) {
        functions.put(key, in -> List.of(function.apply(in.get(0), in.get(1))));
    }

    private void many(String key, java.util.function.Function<List<Tensor>, Tensor> function) {
        functions.put(key, in -> List.of(function.apply(in)));
    }

    private static Scalar number(double number) {
        return new Scalar(number);
    }

    private void unary() {
        unary("neg", torch::neg);
        unary("abs", torch::abs);
        unary("exp", torch::exp);
        unary("expm1", torch::expm1);
        unary("log", torch::log);
        unary("log1p", torch::log1p);
        unary("log2", torch::log2);
        unary("log10", torch::log10);
        unary("sqrt", torch::sqrt);
        unary("rsqrt", torch::rsqrt);
        unary("reciprocal", torch::reciprocal);
        unary("square", torch::square);
        unary("sin", torch::sin);
        unary("cos", torch::cos);
        unary("tan", torch::tan);
        unary("asin", torch::asin);
        unary("acos", torch::acos);
        unary("atan", torch::atan);
        unary("sinh", torch::sinh);
        unary("cosh", torch::cosh);
        unary("erf", torch::erf);
        unary("floor", torch::floor);
        unary("ceil", torch::ceil);
        unary("round", torch::round);
        unary("trunc", torch::trunc);
        unary("frac", torch::frac);
        unary("pow.number", x -> torch.pow(x, number(2.5)));
        unary("pow.base", x -> torch.pow(number(2.5), x));
    }

    private void activations() {
        unary("relu", torch::relu);
        unary("relu6", torch::relu6);
        unary("tanh", torch::tanh);
        unary("sigmoid", torch::sigmoid);
        unary("gelu", torch::gelu);
        unary("gelu.tanh", x -> torch.gelu(x, "tanh"));
        unary("silu", torch::silu);
        unary("mish", torch::mish);
        unary("selu", torch::selu);
        unary("elu", torch::elu);
        unary("elu.alpha", x -> torch.elu(x, number(1.7), number(1), number(1)));
        unary("celu", x -> torch.celu(x, number(1.25)));
        unary("leakyRelu", x -> torch.leaky_relu(x, number(0.1)));
        unary("softplus", torch::softplus);
        unary("softplus.beta", x -> torch.softplus(x, number(2), number(3)));
        unary("logSigmoid", torch::log_sigmoid);
        unary("hardtanh", torch::hardtanh);
        unary("hardtanh.range", x -> torch.hardtanh(x, number(-2), number(0.5)));
        unary("hardswish", torch::hardswish);
        unary("softsign", torch::softsign);
        unary("tanhshrink", torch::tanhshrink);
        unary("hardshrink", x -> torch.hardshrink(x, number(0.4)));
        unary("threshold", x -> torch.threshold(x, number(0.1), number(20)));
        unary("glu", x -> torch.glu(x, 1));
    }

    private void binary() {
        binary("add", torch::add);
        binary("add.alpha", (a, b) -> torch.add(a, b, number(2.5)));
        binary("sub", torch::subtract);
        binary("sub.alpha", (a, b) -> torch.subtract(a, b, number(2.5)));
        binary("mul", torch::multiply);
        binary("div", torch::divide);
        binary("pow", torch::pow);
        binary("maximum", torch::maximum);
        binary("minimum", torch::minimum);
        binary("atan2", torch::atan2);
        binary("hypot", torch::hypot);
        binary("logaddexp", torch::logaddexp);
        binary("remainder", torch::remainder);
        binary("fmod", torch::fmod);
        many("where", in -> torch.where(in.get(0), in.get(1), in.get(2)));
        binary("lerp", (a, b) -> torch.lerp(a, b, number(0.3)));
        many("lerp.tensor", in -> torch.lerp(in.get(0), in.get(1), in.get(2)));
        many("addcmul", in -> torch.addcmul(in.get(0), in.get(1), in.get(2), number(0.5)));
        many("addcdiv", in -> torch.addcdiv(in.get(0), in.get(1), in.get(2), number(0.5)));
    }

    private void comparisons() {
        binary("eq", torch::eq);
        binary("ne", torch::ne);
        binary("lt", torch::lt);
        binary("le", torch::le);
        binary("gt", torch::gt);
        binary("ge", torch::ge);
        binary("logicalAnd", torch::logical_and);
        binary("logicalOr", torch::logical_or);
        binary("logicalXor", torch::logical_xor);
    }

    private void reductions() {
        unary("sum", torch::sum);
        unary("mean", torch::mean);
        unary("prod", torch::prod);
        unary("prod.axis", x -> torch.prod(x, 1));
        unary("amax.axis", x -> torch.amax(x, new long[] {1}, false));
        unary("amin.axis", x -> torch.amin(x, new long[] {1}, false));
        unary("max", torch::max);
        unary("min", torch::min);
        unary("argmax", torch::argmax);
        unary("argmin", torch::argmin);
        unary("var", torch::var);
        unary("std", torch::std);
        unary("norm", torch::norm);
        unary("logsumexp", x -> torch.logsumexp(x, 1));
        unary("softmax", x -> torch.softmax(x, 1));
        unary("logSoftmax", x -> torch.log_softmax(x, 1));
        unary("cumsum", x -> torch.cumsum(x, 1));
        unary("cumsum.last", x -> torch.cumsum(x, -1));
        unary("cumprod", x -> torch.cumprod(x, 1));
        unary("cumprod.last", x -> torch.cumprod(x, -1));
    }

    private void shapes() {
        unary("clone", Tensor::clone);
        unary("flip", x -> x.flip(0, 2));
        unary("tril", torch::tril);
        unary("triu", torch::triu);
        unary("trace", torch::trace);
        binary("cat", (a, b) -> torch.cat(new TensorVector(a, b), 1));
        binary("stack", (a, b) -> torch.stack(new TensorVector(a, b), -1));
        binary("gather", (x, i) -> torch.gather(x, 0, i));
        binary("gather.last", (x, i) -> torch.gather(x, 1, i));
        binary("take", torch::take);
        binary("indexSelect", (x, i) -> torch.index_select(x, 1, i));
        binary("maskedSelect", torch::masked_select);
        many("scatter", in -> torch.scatter(in.get(0), 0, in.get(1), in.get(2)));
        many("scatterAdd", in -> torch.scatter_add(in.get(0), 0, in.get(1), in.get(2)));
    }

    private void products() {
        binary("matmul", torch::matmul);
        binary("mm", torch::mm);
        binary("bmm", torch::bmm);
        binary("mv", torch::mv);
        binary("dot", torch::dot);
        binary("outer", torch::outer);
        many("addmm", in -> torch.addmm(in.get(0), in.get(1), in.get(2), number(0.5), number(2)));
        many("baddbmm", in -> torch.baddbmm(in.get(0), in.get(1), in.get(2), number(0.5), number(2)));
        many("linear", in -> torch.linear(in.get(0), in.get(1), new TensorOptional(in.get(2))));
        many("bilinear", in -> torch.bilinear(in.get(0), in.get(1), in.get(2)));
        binary("cdist", torch::cdist);
        many("scaledDotProductAttention", in -> torch.scaled_dot_product_attention(in.get(0), in.get(1), in.get(2)));
        many("scaledDotProductAttention.causal", in -> attention(in, new TensorOptional(), true));
        for (String mask : List.of("mask", "blind", "padded", "added")) {
            many("scaledDotProductAttention." + mask, in -> attention(in, new TensorOptional(in.get(3)), false));
        }
    }

    private static Tensor attention(List<Tensor> in, TensorOptional mask, boolean causal) {
        return torch.scaled_dot_product_attention(
                in.get(0), in.get(1), in.get(2), mask, 0, causal, new DoubleOptional(), false);
    }

    private void convolutions() {
        long[] one = {1, 1};
        many("conv2d", in -> torch.conv2d(in.get(0), in.get(1), bias(in), one, new long[] {0, 0}, one, 1));
        many(
                "conv2d.moved",
                in -> torch.conv2d(in.get(0), in.get(1), bias(in), new long[] {2, 1}, new long[] {1, 2}, one, 1));
        many(
                "conv2d.dilated",
                in -> torch.conv2d(in.get(0), in.get(1), bias(in), one, new long[] {2, 2}, new long[] {2, 3}, 1));
        many("conv2d.groups", in -> torch.conv2d(in.get(0), in.get(1), NONE, one, new long[] {0, 0}, one, 2));
        many(
                "conv1d",
                in -> torch.conv1d(in.get(0), in.get(1), bias(in), new long[] {1}, new long[] {0}, new long[] {1}, 1));
        many(
                "conv1d.moved",
                in -> torch.conv1d(in.get(0), in.get(1), NONE, new long[] {2}, new long[] {1}, new long[] {2}, 1));
        unary("maxPool2d", x -> torch.max_pool2d(x, 2, 2));
        unary("avgPool2d", x -> torch.avg_pool2d(x, 2, 2));
        unary("adaptiveAvgPool2d", x -> torch.adaptive_avg_pool2d(x, 3, 4));
        unary("pixelShuffle", x -> torch.pixel_shuffle(x, 2));
        binary("embedding", (index, weight) -> torch.embedding(weight, index));
    }

    private static TensorOptional bias(List<Tensor> in) {
        return in.size() > 2 ? new TensorOptional(in.get(2)) : NONE;
    }

    private void norms() {
        many("layerNorm", in -> torch.layer_norm(in.get(0), new long[] {2, 3}, some(in, 1), some(in, 2), 1e-5, false));
        many(
                "batchNorm",
                in -> torch.batch_norm(in.get(0), some(in, 1), some(in, 2), NONE, NONE, true, 0.1, 1e-5, false));
        many("groupNorm", in -> torch.group_norm(in.get(0), 2, some(in, 1), some(in, 2), 1e-5, false));
        many(
                "instanceNorm",
                in -> torch.instance_norm(in.get(0), some(in, 1), some(in, 2), NONE, NONE, true, 0.1, 1e-5, false));
    }

    private static TensorOptional some(List<Tensor> in, int index) {
        return new TensorOptional(in.get(index));
    }

    private void losses() {
        binary("mseLoss.mean", (a, b) -> torch.mse_loss(a, b, MEAN));
        binary("mseLoss.sum", (a, b) -> torch.mse_loss(a, b, SUM));
        binary("l1Loss.mean", (a, b) -> torch.l1_loss(a, b, MEAN));
        binary("smoothL1Loss.mean", (a, b) -> torch.smooth_l1_loss(a, b, MEAN, 0.7));
        binary("huberLoss.sum", (a, b) -> torch.huber_loss(a, b, SUM, 0.7));
        binary("klDiv.mean", (a, b) -> torch.kl_div(a, b, MEAN, false));
        binary("klDiv.log", (a, b) -> torch.kl_div(a, b, SUM, true));
        binary("crossEntropy.mean", (a, b) -> torch.cross_entropy_loss(a, b, NONE, MEAN, -100, 0));
        binary("crossEntropy.sum", (a, b) -> torch.cross_entropy_loss(a, b, NONE, SUM, -100, 0));
        binary("crossEntropy.smooth", (a, b) -> torch.cross_entropy_loss(a, b, NONE, MEAN, -100, 0.1));
        binary(
                "binaryCrossEntropyWithLogits.mean",
                (a, b) -> torch.binary_cross_entropy_with_logits(a, b, NONE, NONE, MEAN));
    }

    private void decompositions() {
        unary("inv", torch::linalg_inv);
        unary("det", torch::linalg_det);
        binary("solve", torch::linalg_solve);
    }
}
