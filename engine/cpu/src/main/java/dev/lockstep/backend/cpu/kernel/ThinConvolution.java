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

    /** With less, too many lanes are empty. */
    private static final double LEAST_FILLED = 0.15;

    /** Weights in the kernel's order are to stay in the first-level cache. */
    private static final long MOST_WEIGHTS = 16_384;

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
            ThinFilter filter = filter(false);
            boolean padded = padH >= 0 && padW >= 0 && padH < kernelH && padW < kernelW;
            return padded
                    && kernelW > 1
                    && out.size(1) <= Math.min(MOST_CHANNELS, Lanes.COUNT)
                    && in.size(3) >= ThinBlocks.PIXELS
                    && out.size(3) >= ThinBlocks.SUMS
                    && kernelW * out.size(1) >= LEAST_FILLED * filter.columns()
                    && filter.taps() * filter.columns() <= MOST_WEIGHTS;
        }

        /** {@return the order in which the filter is read, which may lie {@linkplain ThinFilter#turned turned}} */
        public ThinFilter filter(boolean turned) {
            return new ThinFilter((int) in.size(1), (int) out.size(1), kernelH, kernelW, turned);
        }
    }

    /** Prepares a convolution that {@link Form#suits}. */
    public ThinConvolution(MemoryPool pool, Form form) {
        this.scratch = pool.allocate(ThinBlocks.scratchBytes(form));
        this.blocks = new ThinBlocks(form, scratch.address());
    }

    /**
     * Computes all images.
     *
     * @param in the first image
     * @param weights the filter, {@link ThinFilter#write written} in the order of {@link Form#filter}
     * @param bias a number an output channel, or 0 where there is none
     * @param out where the first image goes
     */
    public void run(long in, long weights, long bias, long out) {
        blocks.run(in, weights, bias, out);
    }

    @Override
    public void close() {
        scratch.release();
    }
}
