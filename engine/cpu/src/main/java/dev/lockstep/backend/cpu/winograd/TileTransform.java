package dev.lockstep.backend.cpu.winograd;

/**
 * A two-dimensional transform: one line transform over the columns of a tile, then over the rows of what came out.
 *
 * @param line the transform of one line
 * @param in how many elements a line has
 * @param out how many elements its result has
 */
record TileTransform(Line line, int in, int out) {
    /** Inputs of 6x6 to 36 points. */
    static final TileTransform INPUT = new TileTransform(Lines::input, 6, 6);

    /** 36 points to outputs of 4x4. */
    static final TileTransform OUTPUT = new TileTransform(Lines::output, 6, 4);

    /** Gradients of outputs of 4x4 to those of 36 points. */
    static final TileTransform OUTPUT_GRADIENT = new TileTransform(Lines::outputGradient, 4, 6);

    /** Weights of 3x3 to 36 points. */
    static final TileTransform WEIGHT = new TileTransform(Lines::weight, 3, 6);

    /** Gradients of 36 points to those of weights of 3x3. */
    static final TileTransform WEIGHT_GRADIENT = new TileTransform(Lines::weightGradient, 6, 3);

    /** The most elements that are between the two passes. */
    private static final long BETWEEN = 36;

    /**
     * Where the elements of a tile lie, each with all its channels.
     *
     * @param address the first element
     * @param rowStep bytes from an element to the one below
     * @param columnStep bytes from an element to the one at its right
     */
    record Place(long address, long rowStep, long columnStep) {}

    /** {@return the bytes of working memory that a tile needs, for channels of so many bytes} */
    static long scratchBytes(long channelBytes) {
        return BETWEEN * channelBytes;
    }

    /** Transforms one tile for all its channels. */
    void run(Place from, Place to, long scratch, long channelBytes) {
        long scratchRow = in * channelBytes;
        for (int column = 0; column < in; column++) {
            long top = from.address + column * from.columnStep;
            line.run(top, from.rowStep, scratch + column * channelBytes, scratchRow, channelBytes);
        }
        for (int row = 0; row < out; row++) {
            long left = to.address + row * to.rowStep;
            line.run(scratch + row * scratchRow, channelBytes, left, to.columnStep, channelBytes);
        }
    }
}
