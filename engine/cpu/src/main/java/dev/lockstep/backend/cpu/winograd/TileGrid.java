package dev.lockstep.backend.cpu.winograd;

/**
 * How the output of a 3x3 convolution falls into tiles of 4x4.
 *
 * @param height rows of the output
 * @param width columns of the output
 */
public record TileGrid(long height, long width) {
    /** The side of an output tile. */
    static final int TILE = 4;

    /** The points of a transformed tile: (4 + 3 - 1) squared. */
    public static final int POINTS = 36;

    /** The side of a tile in points, which is that of the inputs it needs as well. */
    static final int SIDE = 6;

    /** {@return how many tiles lie above one another} */
    long rows() {
        return Math.ceilDiv(height, TILE);
    }

    /** {@return how many tiles lie beside one another} */
    long columns() {
        return Math.ceilDiv(width, TILE);
    }

    /** {@return the tiles of one image} */
    public long count() {
        return rows() * columns();
    }

    /** {@return the rows of input that the tiles read, padding and overhang included} */
    long inputRows() {
        return rows() * TILE + SIDE - TILE;
    }

    /** {@return the columns of input that the tiles read, padding and overhang included} */
    long inputColumns() {
        return columns() * TILE + SIDE - TILE;
    }

    /** {@return the part of the tiles' area that is output: 1 where the tiles fit exactly} */
    public double coverage() {
        return (double) (height * width) / (count() * TILE * TILE);
    }
}
