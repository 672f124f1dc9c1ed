package dev.lockstep.backend.cpu.onednn;

import dev.lockstep.backend.cpu.kernel.Lanes;
import dev.lockstep.backend.cpu.onednn.Product.Strides;
import dev.lockstep.backend.cpu.winograd.TileGrid;
import dev.lockstep.backend.cpu.winograd.Tiles;
import dev.lockstep.backend.cpu.winograd.WeightTiles;
import dev.lockstep.backend.op.Window;
import dev.lockstep.device.MemoryPool;
import dev.lockstep.device.Storage;
import dev.lockstep.layout.Shape;
import java.util.function.LongConsumer;

/**
 * A 3x3 convolution by Winograd's F(4x4, 3x3): transforms around 36 products, with a quarter of the multiplications of
 * the direct form. Rounding errors are those of the direct form times a factor of about ten. Whether it is taken
 * depends on the convolution's shape without the number of images, and images do not mix, so an image's bits do not
 * depend on its batch. Confined to a thread.
 */
final class WinogradConvolution {
    /** Below this the transforms cost more than the products save. */
    private static final long LEAST_CHANNELS = 32;

    /** Channels are taken in whole vectors, whatever the machine's vector length. */
    private static final long CHANNEL_MULTIPLE = 16;

    /** With less, too much of the products is spent on outputs that nobody wants. */
    private static final double LEAST_COVERAGE = 0.6;

    /** The tiles that are transformed at once: enough rows for the products, few enough to stay in the cache. */
    private static final long BLOCK_TILES = 128;

    /** Weights whose transform is larger than this are transformed in blocks: what a second-level cache holds. */
    private static final long MOST_BYTES = 4 << 20;

    /** The channels of such a block: two vectors of columns for the products, a megabyte or two of points. */
    private static final long BLOCK_CHANNELS = 32;

    private static final long TAPS = 9;

    private final ConvolutionShape shape;
    private final MemoryPool pool;
    private final Shape weights;
    private final Shape images;
    private final TileGrid grid;

    /** Prepares a convolution that {@link #suits}. */
    WinogradConvolution(ConvolutionShape shape, MemoryPool pool) {
        this.shape = shape;
        this.pool = pool;
        this.weights = shape.weights();
        this.images = shape.images();
        this.grid = grid(shape);
    }

    private static TileGrid grid(ConvolutionShape shape) {
        Shape tiled = shape.pass() == ConvolutionShape.Pass.INPUT_GRADIENT ? shape.images() : shape.outputs();
        return new TileGrid(tiled.size(2), tiled.size(3));
    }

    /** {@return whether this form is the faster one} */
    static boolean suits(ConvolutionShape shape) {
        Window window = shape.window();
        boolean small = window.kernelH() == 3 && window.kernelW() == 3 && window.padH() <= 2 && window.padW() <= 2;
        return small
                && window.strideH() == 1
                && window.strideW() == 1
                && !window.isDilated()
                && shape.groups() == 1
                && suits(shape.weights().size(0))
                && suits(shape.weights().size(1))
                && grid(shape).coverage() >= LEAST_COVERAGE;
    }

    private static boolean suits(long channels) {
        return channels >= LEAST_CHANNELS && channels % CHANNEL_MULTIPLE == 0;
    }

    /**
     * Computes the shape's direction; parameters as {@link ConvolutionPlan#run}. Transformed weights take four times
     * the room of weights: where that is more than the cache, they are made and used a block of channels at a time. See
     * {@link #blockOf}.
     */
    void run(long imagesAt, long weightsAt, long outputsAt, long bias) {
        switch (shape.pass()) {
            case FORWARD -> forward(imagesAt, weightsAt, outputsAt, bias);
            case INPUT_GRADIENT -> inputGradient(imagesAt, weightsAt, outputsAt);
            case WEIGHT_GRADIENT -> weightGradient(imagesAt, weightsAt, outputsAt);
        }
    }

    /** {@return how many of {@code channels} are transformed at a time, given how many the others are} */
    private static long blockOf(long channels, long others) {
        boolean small = TileGrid.POINTS * channels * others * Float.BYTES <= MOST_BYTES;
        return small || channels % BLOCK_CHANNELS != 0 ? channels : BLOCK_CHANNELS;
    }

    private void forward(long imagesAt, long weightsAt, long outputsAt, long bias) {
        long inputs = weights.size(1);
        long block = blockOf(weights.size(0), inputs);
        Window window = shape.window();
        try (WeightTiles points = new WeightTiles(pool, block, inputs)) {
            convolve(
                    new Side(imagesAt, images, window.padH(), window.padW()),
                    new Side(outputsAt, shape.outputs(), 0, 0),
                    new Operand(
                            points,
                            block,
                            new Strides(block * inputs, 1, inputs),
                            from -> points.read(weightsAt + from * TAPS * inputs * Float.BYTES, false)),
                    bias);
        }
    }

    /** The gradient of the input is a convolution of the gradients with turned weights, channels exchanged. */
    private void inputGradient(long imagesAt, long weightsAt, long outputsAt) {
        long outputs = weights.size(0);
        long block = blockOf(weights.size(1), outputs);
        Window window = shape.window();
        try (WeightTiles points = new WeightTiles(pool, outputs, block, weights.size(1))) {
            convolve(
                    new Side(outputsAt, shape.outputs(), 2 - window.padH(), 2 - window.padW()),
                    new Side(imagesAt, images, 0, 0),
                    new Operand(
                            points,
                            block,
                            Strides.plain(outputs, block),
                            from -> points.read(weightsAt + from * TAPS * Float.BYTES, true)),
                    0);
        }
    }

    /**
     * Images that are read or written.
     *
     * @param shape [N, C, H, W], channels-last in memory
     */
    private record Side(long address, Shape shape, long padTop, long padLeft) {
        long channels() {
            return shape.size(1);
        }

        long image(long index) {
            return address + index * shape.size(1) * shape.size(2) * shape.size(3) * Float.BYTES;
        }
    }

    /**
     * The right operand of the products: {@code block} columns at a time.
     *
     * @param load transforms the weights of the columns from some one on
     */
    private record Operand(WeightTiles points, long block, Strides strides, LongConsumer load) {}

    private void convolve(Side from, Side to, Operand operand, long bias) {
        boolean once = operand.block == to.channels();
        if (once) {
            operand.load.accept(0);
        }
        forEachBlock((first, count) -> {
            try (Tiles in = new Tiles(pool, grid, count, from.channels());
                    Tiles out = new Tiles(pool, grid, count, to.channels())) {
                in.readInputs(from.image(first), from.shape.size(2), from.shape.size(3), from.padTop, from.padLeft);
                for (long column = 0; column < to.channels(); column += operand.block) {
                    if (!once) {
                        operand.load.accept(column);
                    }
                    multiplyColumns(in, from.channels(), operand, out.address() + column * Float.BYTES, to.channels());
                }
                out.writeOutputs(to.image(first), bias);
            }
        });
    }

    private void multiplyColumns(Tiles in, long k, Operand operand, long result, long columns) {
        Panels panels = new Panels(
                TileGrid.POINTS,
                in.rows(),
                k,
                operand.block,
                Strides.plain(in.rows(), k),
                operand.strides,
                Strides.plain(in.rows(), columns));
        Session.current()
                .plan(panels, ProductPlan.class, ProductPlan::of)
                .run(pool, in.address(), operand.points.address(), 0, result);
    }

    private void weightGradient(long imagesAt, long weightsAt, long outputsAt) {
        Window window = shape.window();
        Side x = new Side(imagesAt, images, window.padH(), window.padW());
        Side g = new Side(outputsAt, shape.outputs(), 0, 0);
        boolean oneBlock = images.size(0) <= blockImages();
        long rows = oneBlock ? blockOf(weights.size(0), weights.size(1)) : weights.size(0);
        try (WeightTiles points = new WeightTiles(pool, rows, weights.size(1))) {
            forEachBlock((first, count) -> {
                try (Tiles in = new Tiles(pool, grid, count, x.channels());
                        Tiles out = new Tiles(pool, grid, count, g.channels())) {
                    in.readInputs(x.image(first), images.size(2), images.size(3), x.padTop, x.padLeft);
                    out.readOutputGradients(g.image(first));
                    if (oneBlock) {
                        writeGradients(points, rows, in, out, weightsAt);
                    } else {
                        addProduct(points, in, out, first == 0);
                    }
                }
            });
            if (!oneBlock) {
                points.writeGradients(weightsAt);
            }
        }
    }

    /** Where all tiles are at hand, some rows of weights are computed at a time. */
    private void writeGradients(WeightTiles points, long rows, Tiles in, Tiles out, long weightsAt) {
        long k = weights.size(0);
        long c = weights.size(1);
        Strides left = new Strides(out.rows() * k, 1, k);
        Product product = product(rows, in.rows(), c, left, new Strides(in.rows() * c, c, 1));
        for (long row = 0; row < k; row += rows) {
            multiply(product, out.address() + row * Float.BYTES, in.address(), points.address());
            points.writeGradients(weightsAt + row * TAPS * c * Float.BYTES);
        }
    }

    /** Adds the sums over a block of tiles to those before it. */
    private void addProduct(WeightTiles points, Tiles in, Tiles out, boolean first) {
        long k = weights.size(0);
        long c = weights.size(1);
        Strides left = new Strides(out.rows() * k, 1, k);
        Strides right = new Strides(in.rows() * c, c, 1);
        Product product = product(k, in.rows(), c, left, right);
        if (first) {
            multiply(product, out.address(), in.address(), points.address());
            return;
        }
        long bytes = TileGrid.POINTS * k * c * Float.BYTES;
        Storage block = pool.allocate(bytes);
        try {
            multiply(product, out.address(), in.address(), block.address());
            for (long i = 0; i < bytes; i += Lanes.BYTES) {
                long sum = points.address() + i;
                Lanes.store(Lanes.load(sum).add(Lanes.load(block.address() + i)), sum);
            }
        } finally {
            block.release();
        }
    }

    /** Some images, one after the other. */
    @FunctionalInterface
    private interface Block {
        void run(long first, long count);
    }

    private long blockImages() {
        return Math.max(1, BLOCK_TILES / grid.count());
    }

    private void forEachBlock(Block block) {
        long step = blockImages();
        for (long first = 0; first < images.size(0); first += step) {
            block.run(first, Math.min(step, images.size(0) - first));
        }
    }

    private static Product product(long m, long k, long n, Strides left, Strides right) {
        return new Product(TileGrid.POINTS, m, k, n, left, right, false, false);
    }

    private void multiply(Product product, long left, long right, long result) {
        Session.current().plan(product, ProductPlan.class, ProductPlan::of).run(pool, left, right, 0, result);
    }
}
