package dev.lockstep.backend.cpu.winograd;

import dev.lockstep.backend.cpu.kernel.Lanes;
import dev.lockstep.backend.cpu.winograd.TileTransform.Place;
import dev.lockstep.device.MemoryPool;
import dev.lockstep.device.Storage;

/**
 * The transformed tiles of some images: for each of 36 points a matrix of one row a tile and one column a channel.
 * Confined to a thread.
 */
public final class Tiles implements AutoCloseable {
    /** A single row is padded to two with zeros: oneDNN takes another path for one, see Note [A row's bits]. */
    private static final long LEAST_ROWS = 2;

    private final MemoryPool pool;
    private final TileGrid grid;
    private final long images;
    private final long pixelBytes;
    private final Storage memory;

    /** Makes room for the tiles of {@code images} images with {@code channels} channels. */
    public Tiles(MemoryPool pool, TileGrid grid, long images, long channels) {
        this.pool = pool;
        this.grid = grid;
        this.images = images;
        this.pixelBytes = channels * Float.BYTES;
        this.memory = pool.allocate(TileGrid.POINTS * planeBytes());
        if (images * grid.count() < LEAST_ROWS) {
            Lanes.clear(memory.address(), TileGrid.POINTS * planeBytes());
        }
    }

    /** {@return the rows of each matrix: the tiles, at least two} */
    public long rows() {
        return Math.max(LEAST_ROWS, images * grid.count());
    }

    /** {@return where the first matrix lies; the others follow without a gap} */
    public long address() {
        return memory.address();
    }

    private long planeBytes() {
        return rows() * pixelBytes;
    }

    /**
     * Transforms the inputs of a convolution.
     *
     * @param first the first image, channels-last; the others follow
     * @param height rows of an image
     * @param width columns of an image
     * @param padTop rows of zeros above, at most two
     * @param padLeft columns of zeros at the left, at most two
     */
    public void readInputs(long first, long height, long width, long padTop, long padLeft) {
        try (Frame frame = new Frame(pool, grid.inputRows(), grid.inputColumns(), pixelBytes)) {
            for (long i = 0; i < images; i++) {
                frame.put(first + i * height * width * pixelBytes, height, width, padTop, padLeft);
                transform(TileTransform.INPUT, frame, i);
            }
        }
    }

    /** Transforms the gradients of a convolution's outputs, images that are as large as the grid. */
    public void readOutputGradients(long first) {
        long rows = grid.rows() * TileGrid.TILE;
        long columns = grid.columns() * TileGrid.TILE;
        try (Frame frame = new Frame(pool, rows, columns, pixelBytes)) {
            for (long i = 0; i < images; i++) {
                frame.put(first + i * imageBytes(), grid.height(), grid.width(), 0, 0);
                transform(TileTransform.OUTPUT_GRADIENT, frame, i);
            }
        }
    }

    private void transform(TileTransform transform, Frame frame, long image) {
        Storage scratch = pool.allocate(TileTransform.scratchBytes(pixelBytes));
        try {
            for (long row = 0; row < grid.rows(); row++) {
                for (long column = 0; column < grid.columns(); column++) {
                    Place from = frame.at(row * TileGrid.TILE, column * TileGrid.TILE);
                    transform.run(from, points(image, row, column), scratch.address(), pixelBytes);
                }
            }
        } finally {
            scratch.release();
        }
    }

    private Place points(long image, long row, long column) {
        long tile = image * grid.count() + row * grid.columns() + column;
        return new Place(address() + tile * pixelBytes, TileGrid.SIDE * planeBytes(), planeBytes());
    }

    /**
     * Transforms back to outputs.
     *
     * @param first where the first image goes, channels-last; the others follow
     * @param bias a number for each channel that is added to each pixel, 0 for none
     */
    public void writeOutputs(long first, long bias) {
        try (Frame frame = new Frame(pool, TileGrid.TILE, TileGrid.TILE, pixelBytes)) {
            Storage scratch = pool.allocate(TileTransform.scratchBytes(pixelBytes));
            try {
                for (long tile = 0; tile < images * grid.count(); tile++) {
                    writeTile(tile, first, bias, frame, scratch.address());
                }
            } finally {
                scratch.release();
            }
        }
    }

    private void writeTile(long tile, long first, long bias, Frame frame, long scratch) {
        long image = tile / grid.count();
        long row = tile % grid.count() / grid.columns();
        long column = tile % grid.columns();
        Place tileFrame = frame.at(0, 0);
        TileTransform.OUTPUT.run(points(image, row, column), tileFrame, scratch, pixelBytes);
        long rows = Math.min(TileGrid.TILE, grid.height() - row * TileGrid.TILE);
        long columns = Math.min(TileGrid.TILE, grid.width() - column * TileGrid.TILE);
        long corner = first + image * imageBytes() + (row * grid.width() + column) * TileGrid.TILE * pixelBytes;
        for (long y = 0; y < rows; y++) {
            long line = tileFrame.address() + y * tileFrame.rowStep();
            if (bias != 0) {
                addBias(line, columns, bias);
            }
            Lanes.copy(line, corner + y * grid.width() * pixelBytes, columns * pixelBytes);
        }
    }

    private void addBias(long line, long columns, long bias) {
        for (long x = 0; x < columns; x++) {
            long pixel = line + x * pixelBytes;
            for (long c = 0; c < pixelBytes; c += Lanes.BYTES) {
                Lanes.store(Lanes.load(pixel + c).add(Lanes.load(bias + c)), pixel + c);
            }
        }
    }

    private long imageBytes() {
        return grid.height() * grid.width() * pixelBytes;
    }

    @Override
    public void close() {
        memory.release();
    }
}
