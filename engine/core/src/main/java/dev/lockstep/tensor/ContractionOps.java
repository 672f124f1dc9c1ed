package dev.lockstep.tensor;

import dev.lockstep.backend.op.Contraction.Linear;
import dev.lockstep.backend.op.Contraction.Matmul;
import dev.lockstep.backend.op.Op;
import dev.lockstep.backend.op.Sampling.Dropout;
import dev.lockstep.layout.DType;
import dev.lockstep.layout.Promotion;
import org.jspecify.annotations.Nullable;

/** Products of tensors of any rank, brought to the two ops that exist. */
final class ContractionOps {
    private ContractionOps() {}

    static Tensor matmul(Tensor a, Tensor b) {
        if (a.rank() == 0 || b.rank() == 0) {
            throw Engine.wrong("matmul: at least one axis each: " + a.shape() + " x " + b.shape());
        }
        DType common = Promotion.of(a.dtype(), b.dtype());
        Tensor left = a.rank() == 1 ? a.unsqueeze(0) : a;
        Tensor right = b.rank() == 1 ? b.unsqueeze(1) : b;
        Tensor product = Engine.run(Autocast.product(new Matmul(), left, right), left.to(common), right.to(common));
        Tensor noRow = a.rank() == 1 ? product.squeeze(-2) : product;
        return b.rank() == 1 ? noRow.squeeze(-1) : noRow;
    }

    static Tensor mm(Tensor a, Tensor b) {
        return ofRank("mm", 2, a, b);
    }

    static Tensor bmm(Tensor a, Tensor b) {
        return ofRank("bmm", 3, a, b);
    }

    private static Tensor ofRank(String op, int rank, Tensor a, Tensor b) {
        if (a.rank() != rank || b.rank() != rank) {
            throw Engine.wrong(op + ": needs " + rank + " axes each: " + a.shape() + " x " + b.shape());
        }
        return matmul(a, b);
    }

    static Tensor linear(Tensor x, Tensor weight, @Nullable Tensor bias) {
        if (x.rank() == 1) {
            return linear(x.unsqueeze(0), weight, bias).squeeze(0);
        }
        Op op = Autocast.product(new Linear(bias != null), x, weight);
        return bias == null ? Engine.run(op, x, weight) : Engine.run(op, x, weight, bias);
    }

    static Tensor dropout(Tensor x, double p) {
        if (!(p >= 0 && p <= 1)) {
            throw Engine.wrong("dropout: p must lie in [0, 1], got " + p);
        }
        if (p == 0) {
            return x;
        }
        return p == 1
                ? x.mul(0L)
                : Engine.run(new Dropout(p, CurrentRandom.source().next()), x);
    }
}
