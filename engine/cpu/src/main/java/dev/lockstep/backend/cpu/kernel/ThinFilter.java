package dev.lockstep.backend.cpu.kernel;

/**
 * The order in which {@link ThinConvolution} reads a filter: panels of columns (of the filter times output channels),
 * in which a row holds one tap (row of the filter times input channel) of each; zeros fill the last panel.
 *
 * @param inputs channels that are read
 * @param outputs channels that are written
 * @param height rows of the filter
 * @param width columns of the filter
 * @param turned whether the filter lies as [inputs, outputs, height, width] and is turned by half a circle, as the
 *     gradient of the input wants it; otherwise it is [outputs, inputs, height, width]
 */
public record ThinFilter(int inputs, int outputs, int height, int width, boolean turned) {
    /** Products are computed in multiples of this many lanes on every machine. */
    private static final long LANES = 32;

    /** {@return the filter's columns times output channels, rounded up to whole panels} */
    long columns() {
        return ((long) width * outputs + LANES - 1) / LANES * LANES;
    }

    /** {@return the products that one column of the filter takes: its rows times input channels} */
    int taps() {
        return Math.multiplyExact(height, inputs);
    }

    /** {@return the bytes that the filter takes in this order} */
    public long bytes() {
        return taps() * columns() * Float.BYTES;
    }

    /** {@return the bytes from the first weight to that of a tap for a column} */
    long offset(long tap, long column) {
        long panel = column / ThinBlocks.PANEL;
        return ((panel * taps() + tap) * ThinBlocks.PANEL + column % ThinBlocks.PANEL) * Float.BYTES;
    }

    /** Writes the filter at {@code from}, which lies in C order, to {@code to} in this one. */
    public void write(long from, long to) {
        Lanes.clear(to, bytes());
        for (long o = 0; o < outputs; o++) {
            for (long i = 0; i < inputs; i++) {
                long plane = turned ? i * outputs + o : o * inputs + i;
                writePlane(from + plane * height * width * Float.BYTES, to, i, o);
            }
        }
    }

    private void writePlane(long plane, long to, long input, long output) {
        for (int row = 0; row < height; row++) {
            for (int column = 0; column < width; column++) {
                long place = turned ? (height - 1L - row) * width + width - 1 - column : (long) row * width + column;
                long lane = (width - 1L - column) * outputs + output;
                Lanes.set(to + offset(row * (long) inputs + input, lane), Lanes.get(plane + place * Float.BYTES));
            }
        }
    }
}
