package dev.lockstep.testkit.oracle;

import dev.lockstep.tensor.Tensor;

/** Folds, scans, sorts. */
final class ReductionOracle {
    private ReductionOracle() {}

    static OracleFunctions functions() {
        var table = new OracleFunctions("reductions");
        folds(table);
        extremes(table);
        statistics(table);
        orders(table);
        return table;
    }

    private static void folds(OracleFunctions table) {
        table.unary("sum", Tensor::sum)
                .unary("sum.axis", x -> x.sum(1))
                .unary("sum.kept", x -> x.sum(true, -1))
                .unary("sum.axes", x -> x.sum(0, 2))
                .unary("mean", Tensor::mean)
                .unary("mean.axis", x -> x.mean(1))
                .unary("mean.kept", x -> x.mean(true, -1))
                .unary("mean.axes", x -> x.mean(0, 2))
                .unary("prod", Tensor::prod)
                .unary("prod.axis", x -> x.prod(1))
                .unary("prod.kept", x -> x.prod(true, -1))
                .unary("any", Tensor::any)
                .unary("any.axis", x -> x.any(1))
                .unary("all", Tensor::all)
                .unary("all.axis", x -> x.all(1))
                .unary("countNonzero", Tensor::countNonzero)
                .unary("countNonzero.axis", x -> x.countNonzero(1));
    }

    private static void extremes(OracleFunctions table) {
        table.unary("amax", x -> x.amax(false))
                .unary("amax.axis", x -> x.amax(false, 1))
                .unary("amax.kept", x -> x.amax(true, -1))
                .unary("amax.axes", x -> x.amax(false, 0, 2))
                .unary("amin", x -> x.amin(false))
                .unary("amin.axis", x -> x.amin(false, 1))
                .unary("amin.kept", x -> x.amin(true, -1))
                .unary("amin.axes", x -> x.amin(false, 0, 2))
                .unary("max", Tensor::max)
                .unary("min", Tensor::min)
                .many("max.axis", in -> in.get(0).max(1))
                .many("min.axis", in -> in.get(0).min(-1))
                .unary("argmax", Tensor::argmax)
                .unary("argmax.axis", x -> x.argmax(1))
                .unary("argmin", Tensor::argmin)
                .unary("argmin.axis", x -> x.argmin(-1));
    }

    private static void statistics(OracleFunctions table) {
        table.unary("var", Tensor::var)
                .unary("var.axis", x -> x.var(1))
                .unary("var.biased", x -> x.var(0, true, 0, 2))
                .unary("std", Tensor::std)
                .unary("std.axis", x -> x.std(1))
                .unary("std.biased", x -> x.std(0, true, 0, 2))
                .many("varMean", in -> in.get(0).varMean(1, false, 1))
                .unary("norm", Tensor::norm)
                .unary("norm.axis", x -> x.norm(1))
                .unary("logsumexp", x -> x.logSumExp(1))
                .unary("logsumexp.axes", x -> x.logSumExp(true, 0, 2))
                .unary("softmax", x -> x.softmax(1))
                .unary("logSoftmax", x -> x.logSoftmax(1));
        for (double p : new double[] {1, 3, 0, 0.5}) {
            table.unary("norm.p" + p, x -> x.norm(p, false, 1));
        }
        table.unary("norm.pinf", x -> x.norm(Double.POSITIVE_INFINITY, false, 1));
        table.unary("norm.p-inf", x -> x.norm(Double.NEGATIVE_INFINITY, false, 1));
    }

    private static void orders(OracleFunctions table) {
        table.unary("cumsum", x -> x.cumsum(1))
                .unary("cumsum.last", x -> x.cumsum(-1))
                .unary("cumprod", x -> x.cumprod(1))
                .unary("cumprod.last", x -> x.cumprod(-1))
                .many("sort", in -> in.get(0).sort(1, false))
                .many("sort.descending", in -> in.get(0).sort(1, true))
                .unary("argsort", x -> x.argsort(1, false))
                .many("topk", in -> in.get(0).topk(2, 1, true))
                .many("topk.smallest", in -> in.get(0).topk(2, -1, false))
                .many("kthvalue", in -> in.get(0).kthValue(2, -1))
                .unary("median", Tensor::median)
                .many("median.axis", in -> in.get(0).median(-1));
    }
}
