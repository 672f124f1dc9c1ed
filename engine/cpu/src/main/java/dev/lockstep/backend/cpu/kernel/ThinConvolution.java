package dev.lockstep.backend.cpu.kernel;

import dev.lockstep.device.MemoryPool;
import dev.lockstep.device.Storage;
import dev.lockstep.layout.Shape;

/**
 * A convolution to few channels, channels-last. A library's kernel gives each output channel a lane and leaves most of
 * a vector empty; here the lanes hold the products of one input pixel for all columns of the filter, which lie side by
 * side in a row of the output. Note [Thin convolutions] in {@link ThinBlocks}. Which form it is depends on the shape
 * without the number of images, and a pixel's bits do not depend on what is around its filter. Confined to a thread.
 */
public final class ThinConvolution implements AutoCloseable {
    /** With more output channels than this a lane for each of them wastes little. */
    private static final long MOST_CHANNELS = 7;

    /** Products are computed in multiples of this many lanes on every machine. */
    private static final long LANES = 32;

    /** With less, too many lanes are empty. */
    private static final double LEAST_FILLED = 0.15;

    /** Weights in the kernel's order are to stay in the first-level cache. */
    private static final long MOST_WEIGHTS = 16_384;

    private final Form form;
    private final long columns;
    private final Storage weights;
    private final Storage scratch;
    private final ThinBlocks blocks;

    /**
     * What is computed: {@code out[y][x][o] = sum of in[y + r - padH][x + c - padW][i] w[r][c][i][o]}, stride 1.
     *
     * @param in the shape of the images that are read, [N, C, H, W]
     * @param out the shape of those that are written
     * @param kernelH rows of the filter
     * @param kernelW columns of the filter
     * @param padH rows of zeros above
     * @param padW columns of zeros at the left
     */
    public record Form(Shape in, Shape out, int kernelH, int kernelW, int padH, int padW) {
        /** {@return whether the form is faster computed here} */
        public boolean suits() {
            long row = kernelW * out.size(1);
            boolean padded = padH >= 0 && padW >= 0 && padH < kernelH && padW < kernelW;
            return padded
                    && kernelW > 1
                    && out.size(1) <= Math.min(MOST_CHANNELS, Lanes.COUNT)
                    && in.size(3) >= ThinBlocks.PIXELS
                    && out.size(3) >= ThinBlocks.SUMS
                    && row >= LEAST_FILLED * columns()
                    && taps() * columns() <= MOST_WEIGHTS;
        }

        private long columns() {
            return (kernelW * out.size(1) + LANES - 1) / LANES * LANES;
        }

        /** {@return the products that one column of the filter takes: its rows times input channels} */
        int taps() {
            return Math.toIntExact(kernelH * in.size(1));
        }
    }

    /** Prepares a convolution that {@link Form#suits}. */
    public ThinConvolution(MemoryPool pool, Form form) {
        this.form = form;
        this.columns = form.columns();
        this.weights = pool.allocate(form.taps() * columns * Float.BYTES);
        this.scratch = pool.allocate(ThinBlocks.scratchBytes(form, columns));
        this.blocks = new ThinBlocks(form, columns, weights.address(), scratch.address());
    }

    /**
     * Computes all images.
     *
     * @param in the first image
     * @param filter [out, in, rows, columns] in C order; if {@code turned}, [in, out, rows, columns] and turned by half
     *     a circle, as the gradient of the input wants it
     * @param bias a number an output channel, or 0 where there is none
     * @param out where the first image goes
     */
    public void run(long in, long filter, boolean turned, long bias, long out) {
        pack(filter, turned);
        blocks.run(in, bias, out);
    }

    /** Writes the weights as {@link ThinBlocks} reads them, behind the last column zeros. */
    private void pack(long filter, boolean turned) {
        Lanes.clear(weights.address(), weights.sizeBytes());
        long inputs = form.in().size(1);
        long outputs = form.out().size(1);
        for (long o = 0; o < outputs; o++) {
            for (long i = 0; i < inputs; i++) {
                long plane = turned ? i * outputs + o : o * inputs + i;
                packPlane(filter + plane * form.kernelH() * form.kernelW() * Float.BYTES, turned, i, o);
            }
        }
    }

    private void packPlane(long plane, boolean turned, long i, long o) {
        int height = form.kernelH();
        int width = form.kernelW();
        for (int row = 0; row < height; row++) {
            for (int column = 0; column < width; column++) {
                long place = turned ? (height - 1L - row) * width + width - 1 - column : (long) row * width + column;
                long lane = (width - 1L - column) * form.out().size(1) + o;
                long to = blocks.weight(row * form.in().size(1) + i, lane);
                Lanes.set(to, Lanes.get(plane + place * Float.BYTES));
            }
        }
    }

    @Override
    public void close() {
        weights.release();
        scratch.release();
    }
}
