package dev.lockstep.tensor;

import dev.lockstep.backend.op.Contraction;
import dev.lockstep.backend.op.Op;
import dev.lockstep.layout.DType;
import java.util.Optional;

/**
 * Says whether this thread computes products in mixed precision. Off by default; switched for a block, as a step's
 * closure does around the model's call:
 *
 * <pre>{@code
 * try (var mode = Autocast.to(DType.BF16)) {
 *     loss = model.call(x);
 * }
 * }</pre>
 *
 * <p>Within it {@code matmul}, {@code linear}, convolutions, attention and LSTMs of f32 tensors round the factors of
 * their products to that dtype and sum in f32; so do the products of their gradients, wherever backward runs. f16 has
 * small range: its gradients need a {@code GradScaler}, those of bf16 do not, and are the faster ones on a CPU.
 * Everything else stays f32: parameters and their updates, attention's softmax, norms, losses, and convolutions that
 * are faster so. Unlike in PyTorch a product's result is f32 as well, so that nothing that follows loses bits.
 */
public final class Autocast {
    private static final ThreadLocal<Autocast> CURRENT = ThreadLocal.withInitial(Autocast::new);

    private Optional<DType> factors = Optional.empty();

    private Autocast() {}

    /** Puts the mode before back when closed, by the same thread. */
    public interface Restore extends AutoCloseable {
        @Override
        void close();
    }

    /** {@return whether this thread rounds the factors of products} */
    public static boolean isEnabled() {
        return CURRENT.get().factors.isPresent();
    }

    /**
     * Computes products with factors of a dtype until the result is closed.
     *
     * @param dtype {@link DType#BF16} or {@link DType#F16}, or {@link DType#F32} to switch mixed precision off within a
     *     block that has it
     * @throws IllegalArgumentException if it is another dtype
     */
    public static Restore to(DType dtype) {
        if (dtype != DType.BF16 && dtype != DType.F16 && dtype != DType.F32) {
            throw new IllegalArgumentException("autocast: the dtype must be BF16, F16 or F32, got " + dtype);
        }
        Autocast mode = CURRENT.get();
        Optional<DType> before = mode.factors;
        mode.factors = dtype == DType.F32 ? Optional.empty() : Optional.of(dtype);
        return () -> mode.factors = before;
    }

    /**
     * {@return what this thread rounds the factors of a product of such tensors to; empty where mixed precision is off,
     * or they are not f32}
     */
    public static Optional<DType> factors(Tensor... operands) {
        for (Tensor operand : operands) {
            if (operand.dtype() != DType.F32) {
                return Optional.empty();
            }
        }
        return CURRENT.get().factors;
    }

    /** {@return the product as this thread computes it} */
    static Op product(Op product, Tensor left, Tensor right) {
        Optional<DType> factors = factors(left, right);
        return factors.isPresent() ? new Contraction.RoundedProduct(product, factors.get()) : product;
    }
}
