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

    /** Computes the shape's direction; parameters as {@link ConvolutionPlan#run}. */
    void run(long imagesAt, long weightsAt, long outputsAt, long bias) {
        try (WeightTiles points = new WeightTiles(pool, weights.size(0), weights.size(1))) {
            switch (shape.pass()) {
                case FORWARD -> forward(points, imagesAt, weightsAt, outputsAt, bias);
                case INPUT_GRADIENT -> inputGradient(points, imagesAt, weightsAt, outputsAt);
                case WEIGHT_GRADIENT -> weightGradient(points, imagesAt, weightsAt, outputsAt);
            }
        }
    }

    private void forward(WeightTiles points, long imagesAt, long weightsAt, long outputsAt, long bias) {
        points.read(weightsAt, false);
        Strides transposed = new Strides(weights.size(0) * weights.size(1), 1, weights.size(1));
        Window window = shape.window();
        convolve(
                new Side(imagesAt, images, window.padH(), window.padW()),
                new Side(outputsAt, shape.outputs(), 0, 0),
                new Operand(points.address(), transposed),
                bias);
    }

    /** The gradient of the input is a convolution of the gradients with turned weights, channels exchanged. */
    private void inputGradient(WeightTiles points, long imagesAt, long weightsAt, long outputsAt) {
        points.read(weightsAt, true);
        Strides plain = Strides.plain(weights.size(0), weights.size(1));
        Window window = shape.window();
        convolve(
                new Side(outputsAt, shape.outputs(), 2 - window.padH(), 2 - window.padW()),
                new Side(imagesAt, images, 0, 0),
                new Operand(points.address(), plain),
                0);
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

    /** The right operand of the products. */
    private record Operand(long address, Strides strides) {}

    private void convolve(Side from, Side to, Operand points, long bias) {
        forEachBlock((first, count) -> {
            try (Tiles in = new Tiles(pool, grid, count, from.channels());
                    Tiles out = new Tiles(pool, grid, count, to.channels())) {
                in.readInputs(from.image(first), from.shape.size(2), from.shape.size(3), from.padTop, from.padLeft);
                Strides rows = Strides.plain(in.rows(), from.channels());
                multiply(
                        product(in.rows(), from.channels(), to.channels(), rows, points.strides),
                        in.address(),
                        points.address,
                        out.address());
                out.writeOutputs(to.image(first), bias);
            }
        });
    }

    private void weightGradient(WeightTiles points, long imagesAt, long weightsAt, long outputsAt) {
        Window window = shape.window();
        Side x = new Side(imagesAt, images, window.padH(), window.padW());
        Side g = new Side(outputsAt, shape.outputs(), 0, 0);
        forEachBlock((first, count) -> {
            try (Tiles in = new Tiles(pool, grid, count, x.channels());
                    Tiles out = new Tiles(pool, grid, count, g.channels())) {
                in.readInputs(x.image(first), images.size(2), images.size(3), x.padTop, x.padLeft);
                out.readOutputGradients(g.image(first));
                addProduct(points, in, out, first == 0);
            }
        });
        points.writeGradients(weightsAt);
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

    private void forEachBlock(Block block) {
        long step = Math.max(1, BLOCK_TILES / grid.count());
        for (long first = 0; first < images.size(0); first += step) {
            block.run(first, Math.min(step, images.size(0) - first));
        }
    }

    private static Product product(long m, long k, long n, Strides left, Strides right) {
        return new Product(TileGrid.POINTS, m, k, n, left, right, false);
    }

    private void multiply(Product product, long left, long right, long result) {
        Session.current().plan(product, ProductPlan.class, ProductPlan::of).run(pool, left, right, 0, result);
    }
}
