package dev.lockstep.testkit.oracle;

import dev.lockstep.tensor.LinearAlgebra;
import dev.lockstep.tensor.Tensor;
import dev.lockstep.tensor.Tensors;
import java.util.List;

/** Solutions and decompositions. */
final class LinearAlgebraOracle {
    private LinearAlgebraOracle() {}

    static OracleFunctions functions() {
        return new OracleFunctions("linalg")
                .unary("inv", LinearAlgebra::inv)
                .binary("solve", LinearAlgebra::solve)
                .unary("det", LinearAlgebra::det)
                .unary("logAbsDet", LinearAlgebra::logAbsDet)
                .unary("cholesky", x -> LinearAlgebra.cholesky(positiveDefinite(x)))
                .many("qr", in -> LinearAlgebra.qr(in.get(0)))
                .unary("eigh.values", x -> LinearAlgebra.eigh(symmetric(x)).values())
                .unary("eigh", LinearAlgebraOracle::spectral)
                .unary("svd.values", x -> LinearAlgebra.svd(x).s())
                .many("svd", in -> rebuilt(in.get(0)))
                .binary("lstsq", LinearAlgebra::lstsq);
    }

    private static Tensor turned(Tensor x) {
        return x.transpose(-2, -1);
    }

    private static Tensor symmetric(Tensor x) {
        return x.add(turned(x)).div(2);
    }

    private static Tensor positiveDefinite(Tensor x) {
        return x.matmul(turned(x)).add(Tensors.eye(x.size(-1)).to(x.dtype()));
    }

    private static Tensor spectral(Tensor x) {
        LinearAlgebra.Eigen eigen = LinearAlgebra.eigh(symmetric(x));
        Tensor v = eigen.vectors();
        Tensor w = eigen.values().unsqueeze(-2);
        return v.mul(w.tanh()).matmul(turned(v)).add(v.square().mul(w));
    }

    private static List<Tensor> rebuilt(Tensor x) {
        LinearAlgebra.Svd svd = LinearAlgebra.svd(x);
        Tensor product = svd.u().mul(svd.s().tanh().unsqueeze(-2)).matmul(svd.vh());
        return List.of(product, svd.u().square(), svd.vh().square());
    }
}
