package dev.lockstep.testkit.oracle;

import dev.lockstep.layout.DType;
import dev.lockstep.tensor.Tensor;
import dev.lockstep.tensor.Tensors;

/** Functions of every dtype. */
final class DtypeOracle {
    private DtypeOracle() {}

    static OracleFunctions functions() {
        var table = new OracleFunctions("dtypes").asRecorded();
        arithmetic(table);
        unary(table);
        folds(table);
        conversions(table);
        return table;
    }

    private static void arithmetic(OracleFunctions table) {
        table.binary("add", Tensor::add)
                .binary("mul", Tensor::mul)
                .binary("div", Tensor::div)
                .unary("addLong", x -> x.add(2L))
                .unary("addDouble", x -> x.add(0.5))
                .unary("mulLong", x -> x.mul(3L))
                .binary("subtract", Tensor::sub)
                .binary("multiply", Tensor::mul)
                .binary("floorDivide", Tensor::floorDivide)
                .binary("remainder", Tensor::remainder)
                .binary("fmod", Tensor::fmod)
                .binary("maximum", Tensor::maximum)
                .binary("lt", Tensor::lt)
                .binary("bitwiseXor", Tensor::bitwiseXor)
                .binary("cat", (a, b) -> Tensors.cat(0, a, b))
                .many("scatterAdd", in -> in.get(0).scatterAdd(0, in.get(1), in.get(2)));
    }

    private static void unary(OracleFunctions table) {
        table.unary("neg", Tensor::neg)
                .unary("abs", Tensor::abs)
                .unary("sign", Tensor::sign)
                .unary("square", Tensor::square)
                .unary("relu", Tensor::relu)
                .unary("exp", Tensor::exp)
                .unary("sigmoid", Tensor::sigmoid)
                .unary("bitwiseNot", Tensor::bitwiseNot)
                .unary("clamp", x -> x.clamp(1, 6));
    }

    private static void folds(OracleFunctions table) {
        table.unary("sum", Tensor::sum)
                .unary("mean", Tensor::mean)
                .unary("prod", Tensor::prod)
                .unary("cumsum", x -> x.cumsum(0))
                .unary("cumprod", x -> x.cumprod(0))
                .unary("amax", x -> x.amax(false))
                .unary("argmin", Tensor::argmin)
                .unary("any", Tensor::any)
                .unary("softmax", x -> x.softmax(0))
                .many("sort", in -> in.get(0).sort());
    }

    private static void conversions(OracleFunctions table) {
        table.unary("bool", x -> x.to(DType.BOOL))
                .unary("i8", x -> x.to(DType.I8))
                .unary("i32", x -> x.to(DType.I32))
                .unary("f32", x -> x.to(DType.F32))
                .unary("f16", x -> x.to(DType.F16))
                .unary("bf16", x -> x.to(DType.BF16));
    }
}
