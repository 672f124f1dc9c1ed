package dev.lockstep.backend.cpu.kernel;

import dev.lockstep.backend.cpu.kernel.AttentionColumns.Scores;
import dev.lockstep.backend.cpu.kernel.StridedCopy.Axis;
import dev.lockstep.backend.op.Sampling.Dropout;
import dev.lockstep.device.MemoryPool;
import dev.lockstep.device.Storage;
import jdk.incubator.vector.FloatVector;

/**
 * Drops weights of attention: those that dropout of a value [B, H, T, S] drops, under the same key. The words of the
 * stream that decide are drawn for a block of queries, and laid out like its scores, a row for each key. Confined to
 * its thread.
 */
public final class AttentionDrops implements AutoCloseable {
    private static final BatchKernel<Draw> DRAW = Apart.of(AttentionDrops::drawRows);
    private static final BatchKernel<Columns> DRAW_COLUMNS = Apart.of(AttentionDrops::drawColumns);
    private static final BatchKernel<Drop> DROP = Apart.of(AttentionDrops::drop);

    private final PhiloxKernel words;
    private final DropKernel kernel;
    private final long queries;
    private final long keys;
    private final long block;
    private final long pitch;
    private final Storage scratch;
    private final long rows;

    /** The rows of words of some queries, {@code pitch} words apart, and a row to draw them in. */
    private record Draw(PhiloxKernel words, long start, long count, Scores scores, long rows, long pitch) {}

    /** Where the words of some queries go, whose keys are whole blocks, {@code step} words for each key. */
    private record Columns(PhiloxKernel words, long start, long count, Scores scores, long to, long step) {}

    /** Weights that lie like scores, and the words that decide over them, {@code step} of them for each key. */
    private record Drop(Scores scores, long weights, long words, long step, DropKernel kernel) {}

    /**
     * Makes what drops weights of heads of so many queries and keys, a block of queries at a time.
     *
     * @param block the most queries of a block, in multiples of {@link AttentionColumns#LANES}
     */
    public AttentionDrops(MemoryPool pool, Dropout dropout, long queries, long keys, long block) {
        this.words = new PhiloxKernel(dropout.key());
        this.kernel = DropKernel.of(dropout);
        this.queries = queries;
        this.keys = keys;
        this.block = block;
        this.pitch = PhiloxKernel.wholeVectors(keys + PhiloxKernel.WORDS);
        this.scratch = pool.allocate((keys * block + (block + 1) * pitch) * Integer.BYTES);
        this.rows = scratch.address() + keys * block * Integer.BYTES;
    }

    /** Draws the words for a block of a head's scores. */
    public void draw(Scores scores, long head) {
        long start = (head * queries + scores.first()) * keys;
        if (keys % PhiloxKernel.WORDS == 0) {
            DRAW_COLUMNS.run(new Columns(words, start, keys, scores, scratch.address(), block));
            return;
        }
        DRAW.run(new Draw(words, start, keys, scores, rows, pitch));
        Axis down = new Axis(scores.keys(), Integer.BYTES, block * Integer.BYTES);
        Axis along = new Axis(scores.queries(), pitch * Integer.BYTES, Integer.BYTES);
        StridedCopy.plane(down, along, rows, scratch.address());
    }

    private static void drawRows(Draw of) {
        long bytes = of.pitch() * Integer.BYTES;
        long spare = of.rows() + of.scores().queries() * bytes;
        for (long query = 0; query < of.scores().queries(); query++) {
            long first = of.start() + query * of.count();
            long skipped = first % PhiloxKernel.WORDS;
            long row = of.rows() + query * bytes;
            long drawn = PhiloxKernel.wholeVectors(skipped + of.scores().keys());
            of.words().run(first / PhiloxKernel.WORDS, drawn / PhiloxKernel.WORDS, skipped == 0 ? row : spare);
            if (skipped != 0) {
                Lanes.copy(spare + skipped * Integer.BYTES, row, of.scores().keys() * Integer.BYTES);
            }
        }
    }

    /** Each lane is a query, which begins with a block of its own. */
    private static void drawColumns(Columns of) {
        long perQuery = of.count() / PhiloxKernel.WORDS;
        long first = of.start() / PhiloxKernel.WORDS;
        long rowBytes = of.step() * Integer.BYTES;
        for (long query = 0; query < of.scores().queries(); query += PhiloxKernel.COLUMNS) {
            long to = of.to() + query * Integer.BYTES;
            for (long key = 0; key < of.scores().keys(); key += PhiloxKernel.WORDS) {
                long block = first + query * perQuery + key / PhiloxKernel.WORDS;
                of.words().columns(block, (int) perQuery, to + key * rowBytes, rowBytes);
            }
        }
    }

    /** Drops some weights of the block whose words were drawn, and scales the rest. */
    public void drop(Scores scores, long weights) {
        DROP.run(new Drop(scores, weights, scratch.address(), block, kernel));
    }

    private static void drop(Drop of) {
        Scores scores = of.scores();
        FloatVector scale = Lanes.all(of.kernel().scale());
        for (long lane = 0; lane < scores.queries(); lane += Lanes.COUNT) {
            long offset = lane * Float.BYTES;
            for (long key = 0; key < scores.keys(); key++) {
                long at = scores.row(of.weights() + offset, key);
                long words = of.words() + offset + key * of.step() * Integer.BYTES;
                Lanes.store(of.kernel().apply(Lanes.load(at), words, scale), at);
            }
        }
    }

    @Override
    public void close() {
        scratch.release();
    }
}
