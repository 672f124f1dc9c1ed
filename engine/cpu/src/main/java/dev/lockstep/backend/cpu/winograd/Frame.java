package dev.lockstep.backend.cpu.winograd;

import dev.lockstep.backend.cpu.kernel.Lanes;
import dev.lockstep.device.MemoryPool;
import dev.lockstep.device.Storage;

/**
 * Room for one channels-last image inside of zeros, so that every tile can be read alike, at the border too. The zeros
 * are written once; images of one size follow one another in the middle. Confined to a thread.
 */
final class Frame implements AutoCloseable {
    private final Storage memory;
    private final long rowBytes;
    private final long pixelBytes;

    /** Makes a frame of zeros. */
    Frame(MemoryPool pool, long rows, long columns, long pixelBytes) {
        this.pixelBytes = pixelBytes;
        this.rowBytes = columns * pixelBytes;
        this.memory = pool.allocate(rows * rowBytes);
        Lanes.clear(memory.address(), rows * rowBytes);
    }

    /**
     * Puts an image of {@code rows} times {@code columns} pixels in, its corner {@code top} and {@code left} inside.
     */
    void put(long image, long rows, long columns, long top, long left) {
        long bytes = columns * pixelBytes;
        for (long row = 0; row < rows; row++) {
            long to = memory.address() + (row + top) * rowBytes + left * pixelBytes;
            Lanes.copy(image + row * bytes, to, bytes);
        }
    }

    /** {@return the place of the tile whose corner is at a pixel} */
    TileTransform.Place at(long row, long column) {
        return new TileTransform.Place(memory.address() + row * rowBytes + column * pixelBytes, rowBytes, pixelBytes);
    }

    @Override
    public void close() {
        memory.release();
    }
}
