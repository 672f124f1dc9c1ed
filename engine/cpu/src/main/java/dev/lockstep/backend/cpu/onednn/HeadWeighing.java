package dev.lockstep.backend.cpu.onednn;

import dev.lockstep.backend.Backend;
import dev.lockstep.backend.Value;
import dev.lockstep.backend.cpu.kernel.AttentionColumns;
import dev.lockstep.backend.cpu.kernel.AttentionColumns.Scores;
import dev.lockstep.backend.cpu.kernel.AttentionColumns.Sight;
import dev.lockstep.backend.cpu.kernel.AttentionDrops;
import dev.lockstep.backend.cpu.kernel.AttentionMask;
import dev.lockstep.backend.op.Weighing;
import dev.lockstep.device.MemoryPool;
import org.jspecify.annotations.Nullable;

/**
 * How the heads of one attention turn scores into weights. Confined to its thread.
 *
 * <p>Note [Blocks of queries]: a causal mask hides almost half of the scores. Queries are taken {@link #BLOCK} at a
 * time, and a block is multiplied by the keys that its last query sees only; what is hidden inside a block costs as
 * much as it would to skip it, since small products run slower.
 */
final class HeadWeighing implements AutoCloseable {
    /** How many queries, or keys, are taken at a time where the mask is causal. */
    static final long BLOCK = 64;

    private final MemoryPool pool;
    private final Sight sight;
    private final Factors factors;
    private final long queries;
    private final long keys;
    private final @Nullable AttentionMask mask;
    private final @Nullable AttentionDrops drops;

    /** What an op says of its weights, and what products do to their factors. */
    record Kind(Weighing weighing, Factors factors) {}

    /**
     * Prepares the mask and the dropout of an op, if it has them.
     *
     * @param query the heads of the queries
     * @param key the heads of the keys
     * @param mask the mask if there is one, else anything
     */
    HeadWeighing(Backend backend, Kind kind, Heads query, Heads key, Value mask) {
        Weighing weighing = kind.weighing();
        this.pool = backend.memory();
        this.sight = new Sight((float) weighing.scale(), weighing.causal());
        this.factors = kind.factors();
        this.queries = query.places();
        this.keys = key.places();
        this.mask = weighing.hasMask() ? AttentionMask.of(backend, mask, query.headsOfASequence()) : null;
        this.drops = weighing.dropout()
                .map(dropout -> new AttentionDrops(pool, dropout, queries, keys, block()))
                .orElse(null);
    }

    MemoryPool pool() {
        return pool;
    }

    Sight sight() {
        return sight;
    }

    Factors factors() {
        return factors;
    }

    /** {@return how many queries are taken at a time, in whole vectors} */
    long block() {
        return AttentionColumns.padded(sight.causal() ? Math.min(BLOCK, queries) : queries);
    }

    /** {@return how many keys some query before {@code end} sees at most} */
    long seen(long end) {
        return sight.causal() ? Math.min(keys, end) : keys;
    }

    /** Scales and masks a head's scores where there is a mask; returns what they are then. */
    Scores masked(Scores scores, long head) {
        if (mask == null) {
            return scores;
        }
        mask.add(scores, head);
        return scores.scaled();
    }

    /** Decides which weights of a block are dropped. */
    void draw(Scores scores, long head) {
        if (drops != null) {
            drops.draw(scores, head);
        }
    }

    /** Drops those of the block that was drawn last. */
    void drop(Scores scores, long weights) {
        if (drops != null) {
            drops.drop(scores, weights);
        }
    }

    @Override
    public void close() {
        if (mask != null) {
            mask.close();
        }
        if (drops != null) {
            drops.close();
        }
    }
}
