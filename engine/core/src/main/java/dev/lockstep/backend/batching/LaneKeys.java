package dev.lockstep.backend.batching;

import dev.lockstep.backend.op.Contraction.Attention;
import dev.lockstep.backend.op.Contraction.AttentionGrad;
import dev.lockstep.backend.op.Contraction.RoundedProduct;
import dev.lockstep.backend.op.Contraction.SelfAttention;
import dev.lockstep.backend.op.Contraction.SelfAttentionGrad;
import dev.lockstep.backend.op.Op;
import dev.lockstep.backend.op.RandomKey;
import dev.lockstep.backend.op.Sampling.Dropout;
import dev.lockstep.backend.op.Sampling.Normal;
import dev.lockstep.backend.op.Sampling.Uniform;
import dev.lockstep.backend.op.Weighing;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Knows which ops carry a random key. */
final class LaneKeys {
    private LaneKeys() {}

    /** {@return whether an op draws random numbers, other ones in each lane} */
    static boolean draws(Op op, Batching batching) {
        return keyOf(op).filter(batching::isDrawn).isPresent();
    }

    /** {@return an op as a lane executes it: under that lane's key} */
    static Op of(Op op, int lane) {
        Batching batching = Batching.current();
        return batching == null ? op : with(op, key -> batching.keyOf(key, lane));
    }

    private static Optional<RandomKey> keyOf(Op op) {
        @Nullable RandomKey[] found = new RandomKey[1];
        with(op, key -> {
            found[0] = key;
            return key;
        });
        return Optional.ofNullable(found[0]);
    }

    private static Op with(Op op, UnaryOperator<RandomKey> other) {
        return switch (op) {
            case Uniform(var shape, var dtype, var key) -> new Uniform(shape, dtype, other.apply(key));
            case Normal(var shape, var dtype, var key) -> new Normal(shape, dtype, other.apply(key));
            case Dropout dropout -> with(dropout, other);
            case Attention(Weighing weighing) -> new Attention(with(weighing, other));
            case AttentionGrad(Weighing weighing) -> new AttentionGrad(with(weighing, other));
            case SelfAttention(Weighing weighing) -> new SelfAttention(with(weighing, other));
            case SelfAttentionGrad(Weighing weighing) -> new SelfAttentionGrad(with(weighing, other));
            case RoundedProduct(Op product, var factors) -> new RoundedProduct(with(product, other), factors);
            default -> op;
        };
    }

    private static Dropout with(Dropout dropout, UnaryOperator<RandomKey> other) {
        return new Dropout(dropout.p(), other.apply(dropout.key()));
    }

    private static Weighing with(Weighing weighing, UnaryOperator<RandomKey> other) {
        return new Weighing(
                weighing.scale(),
                weighing.causal(),
                weighing.hasMask(),
                weighing.dropout().map(dropout -> with(dropout, other)));
    }
}
