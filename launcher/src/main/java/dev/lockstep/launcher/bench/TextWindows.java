package dev.lockstep.launcher.bench;

import dev.lockstep.data.Dataset;
import dev.lockstep.tensor.Tensor;
import dev.lockstep.tensor.Tensors;

/**
 * Windows of a text: sample i starts at {@code starts[i]}; column 0 is the window, column 1 the same shifted by one,
 * both I64 [N, length].
 */
final class TextWindows implements Dataset {
    private final byte[] text;
    private final int[] starts;
    private final int length;

    /**
     * Makes the windows of a text.
     *
     * @param text token ids, one a byte
     * @param starts where the windows start
     * @param length tokens of a window
     */
    TextWindows(byte[] text, int[] starts, int length) {
        this.text = text.clone();
        this.starts = starts.clone();
        this.length = length;
    }

    @Override
    public long size() {
        return starts.length;
    }

    @Override
    public int columns() {
        return 2;
    }

    @Override
    public boolean keepsRowsApart() {
        return true;
    }

    @Override
    public Tensor column(int column, long[] ids, long epoch) {
        long[] tokens = new long[ids.length * length];
        for (int i = 0; i < ids.length; i++) {
            int from = starts[Math.toIntExact(ids[i])] + column;
            for (int j = 0; j < length; j++) {
                tokens[i * length + j] = text[from + j];
            }
        }
        return Tensors.of(tokens, ids.length, length);
    }
}
