package dev.lockstep.tensor;

/** Products that are chains of others. */
final class ProductOps {
    private ProductOps() {}

    /** {@return {@code beta x + alpha product}; with beta 0 x counts for nothing, NaN or not} */
    static Tensor plusProduct(Tensor x, Tensor product, double beta, double alpha) {
        Tensor scaled = alpha == 1 ? product : product.mul(alpha);
        if (beta == 0) {
            return scaled;
        }
        Tensor added = (beta == 1 ? x : x.mul(beta)).add(scaled);
        if (!added.shape().equals(product.shape())) {
            throw Engine.wrong("addmm: " + x.shape() + " does not broadcast to " + product.shape());
        }
        return added;
    }

    static Tensor cdist(Tensor a, Tensor b, double p) {
        if (a.rank() < 2 || b.rank() < 2 || a.size(-1) != b.size(-1)) {
            throw Engine.wrong("cdist: [..., P, D] and [..., R, D] expected, got " + a.shape() + " and " + b.shape());
        }
        return a.unsqueeze(-2).sub(b.unsqueeze(-3)).norm(p, false, -1);
    }

    /** {@code y_k = x1 W_k x2 + b_k}: x1 [..., in1], x2 [..., in2], weight [out, in1, in2]. */
    static Tensor bilinear(Tensor x1, Tensor x2, Tensor weight) {
        if (weight.rank() != 3) {
            throw Engine.wrong("bilinear: weight must be [out, in1, in2], got " + weight.shape());
        }
        Tensor left = x1.unsqueeze(-2).unsqueeze(-2); // [..., 1, 1, in1]
        Tensor right = x2.unsqueeze(-2).unsqueeze(-1); // [..., 1, in2, 1]
        return left.matmul(weight).matmul(right).squeeze(-1).squeeze(-1);
    }
}
