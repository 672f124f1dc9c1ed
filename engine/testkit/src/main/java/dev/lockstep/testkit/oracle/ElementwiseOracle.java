package dev.lockstep.testkit.oracle;

import dev.lockstep.tensor.Rounding;
import dev.lockstep.tensor.Tensor;
import dev.lockstep.tensor.Tensors;

/** Functions of single elements. */
final class ElementwiseOracle {
    private ElementwiseOracle() {}

    static OracleFunctions functions() {
        var table = new OracleFunctions("elementwise");
        unary(table);
        activations(table);
        binary(table);
        whole(table);
        predicates(table);
        return table;
    }

    private static void unary(OracleFunctions table) {
        table.unary("neg", Tensor::neg)
                .unary("abs", Tensor::abs)
                .unary("sign", Tensor::sign)
                .unary("exp", Tensor::exp)
                .unary("expm1", Tensor::expm1)
                .unary("log", Tensor::log)
                .unary("log1p", Tensor::log1p)
                .unary("log2", Tensor::log2)
                .unary("log10", Tensor::log10)
                .unary("sqrt", Tensor::sqrt)
                .unary("rsqrt", Tensor::rsqrt)
                .unary("reciprocal", Tensor::reciprocal)
                .unary("square", Tensor::square)
                .unary("sin", Tensor::sin)
                .unary("cos", Tensor::cos)
                .unary("tan", Tensor::tan)
                .unary("asin", Tensor::asin)
                .unary("acos", Tensor::acos)
                .unary("atan", Tensor::atan)
                .unary("sinh", Tensor::sinh)
                .unary("cosh", Tensor::cosh)
                .unary("tanh", Tensor::tanh)
                .unary("sigmoid", Tensor::sigmoid)
                .unary("erfinv", Tensor::erfinv)
                .unary("lgamma", Tensor::lgamma)
                .unary("digamma", Tensor::digamma)
                .unary("trigamma", Tensor::trigamma)
                .unary("erf", Tensor::erf)
                .unary("floor", Tensor::floor)
                .unary("ceil", Tensor::ceil)
                .unary("round", Tensor::round)
                .unary("trunc", Tensor::trunc)
                .unary("frac", Tensor::frac)
                .unary("clamp", x -> x.clamp(-0.5, 0.7))
                .unary("clamp.min", x -> x.clampMin(0.1))
                .unary("clamp.max", x -> x.clampMax(0.1))
                .many("clamp.tensors", in -> in.get(0).clamp(in.get(1), in.get(2)));
    }

    private static void activations(OracleFunctions table) {
        table.unary("relu", Tensor::relu)
                .unary("gelu", Tensor::gelu)
                .unary("gelu.tanh", Tensor::geluTanh)
                .unary("silu", Tensor::silu)
                .unary("leakyRelu", x -> x.leakyRelu(0.1))
                .unary("elu", Tensor::elu)
                .unary("elu.alpha", x -> x.elu(1.7))
                .unary("selu", Tensor::selu)
                .unary("celu", x -> x.celu(1.25))
                .unary("softplus", Tensor::softplus)
                .unary("softplus.beta", x -> x.softplus(2, 3))
                .unary("hardtanh", Tensor::hardtanh)
                .unary("hardtanh.range", x -> x.hardtanh(-2, 0.5))
                .unary("hardsigmoid", Tensor::hardsigmoid)
                .unary("hardswish", Tensor::hardswish)
                .unary("relu6", Tensor::relu6)
                .unary("mish", Tensor::mish)
                .unary("logSigmoid", Tensor::logSigmoid)
                .unary("softsign", Tensor::softsign)
                .unary("tanhshrink", Tensor::tanhshrink)
                .unary("softshrink", x -> x.softshrink(0.4))
                .unary("hardshrink", x -> x.hardshrink(0.4))
                .unary("threshold", x -> x.threshold(0.1, 20))
                .unary("glu", x -> x.glu(1));
    }

    private static void binary(OracleFunctions table) {
        table.binary("add", Tensor::add)
                .binary("add.alpha", (a, b) -> a.add(b, 2.5))
                .binary("sub", Tensor::sub)
                .binary("sub.alpha", (a, b) -> a.sub(b, 2.5))
                .binary("mul", Tensor::mul)
                .binary("div", Tensor::div)
                .binary("pow", Tensor::pow)
                .unary("pow.number", x -> x.pow(2.5))
                .unary("pow.base", x -> x.rpow(2.5))
                .binary("maximum", Tensor::maximum)
                .binary("minimum", Tensor::minimum)
                .binary("atan2", Tensor::atan2)
                .binary("hypot", Tensor::hypot)
                .binary("logaddexp", Tensor::logAddExp)
                .many("where", in -> Tensors.where(in.get(0), in.get(1), in.get(2)))
                .binary("lerp", (a, b) -> a.lerp(b, 0.3))
                .many("lerp.tensor", in -> in.get(0).lerp(in.get(1), in.get(2)))
                .many("addcmul", in -> in.get(0).addcmul(in.get(1), in.get(2), 0.5))
                .many("addcdiv", in -> in.get(0).addcdiv(in.get(1), in.get(2), 0.5))
                .binary("maskedFill", (x, mask) -> x.maskedFill(mask, x.rank() == 1 || mask.rank() == 1 ? 7 : -2.5));
    }

    private static void whole(OracleFunctions table) {
        table.binary("remainder", Tensor::remainder)
                .binary("fmod", Tensor::fmod)
                .binary("floorDivide", Tensor::floorDivide)
                .binary("div.trunc", (a, b) -> a.div(b, Rounding.TRUNC))
                .binary("div.floor", (a, b) -> a.div(b, Rounding.FLOOR))
                .binary("bitwiseAnd", Tensor::bitwiseAnd)
                .binary("bitwiseOr", Tensor::bitwiseOr)
                .binary("bitwiseXor", Tensor::bitwiseXor)
                .binary("bitwiseLeftShift", Tensor::bitwiseLeftShift)
                .binary("bitwiseRightShift", Tensor::bitwiseRightShift)
                .unary("bitwiseNot", Tensor::bitwiseNot);
    }

    private static void predicates(OracleFunctions table) {
        table.binary("eq", Tensor::eq)
                .binary("ne", Tensor::ne)
                .binary("lt", Tensor::lt)
                .binary("le", Tensor::le)
                .binary("gt", Tensor::gt)
                .binary("ge", Tensor::ge)
                .binary("logicalAnd", Tensor::logicalAnd)
                .binary("logicalOr", Tensor::logicalOr)
                .binary("logicalXor", Tensor::logicalXor)
                .unary("logicalNot", Tensor::logicalNot)
                .unary("isnan", Tensor::isNan)
                .unary("isinf", Tensor::isInf)
                .unary("isfinite", Tensor::isFinite);
    }
}
