package dev.lockstep.backend.cpu.kernel;

import jdk.incubator.vector.FloatVector;

/**
 * The loops of {@link ThinConvolution}.
 *
 * <p>Note [Thin convolutions]: a row of the output takes two steps. The first finds, for each pixel of the input's
 * columns, the sums over the filter's rows and the input's channels of pixel times weight: one for each column of the
 * filter and output channel, the filter's last column first. The second adds them up: pixel x of the output is the sum
 * of the numbers for one column of the filter from each of its neighbours. The first is a product of matrices that
 * leaves no lane empty, the second adds one vector for a column of the filter and pixel.
 */
final class ThinBlocks {
    /** How many neighbouring pixels go through the first step at once, sharing loads of weights. */
    static final int PIXELS = 5;

    /** How many neighbouring pixels go through the second step at once. */
    static final int SUMS = 4;

    /** Vectors of columns that go through it at once. */
    static final long PANEL = 2L * Lanes.COUNT;

    private static final BatchKernel<Batch> RUN = Apart.of(batch -> batch.blocks.images(batch));

    private final ThinConvolution.Form form;
    private final ThinFilter filter;
    private final int inputs;
    private final long columns;
    private final long pixelBytes;
    private final long productBytes;
    private final long outBytes;
    private final long panelBytes;
    private final long rowBytes;
    private final long start;
    private final long products;
    private final long lastRow;

    /** What {@link #RUN} takes. */
    private record Batch(ThinBlocks blocks, long in, long weights, long out) {}

    /**
     * Prepares the loops.
     *
     * @param scratch working memory of {@link #scratchBytes}
     */
    ThinBlocks(ThinConvolution.Form form, long scratch) {
        this.form = form;
        this.filter = form.filter(false);
        this.inputs = filter.inputs();
        this.columns = filter.columns();
        this.pixelBytes = inputs * (long) Float.BYTES;
        this.productBytes = columns * Float.BYTES;
        this.outBytes = form.out().size(1) * Float.BYTES;
        this.panelBytes = PANEL * Float.BYTES;
        this.rowBytes = form.in().size(3) * pixelBytes;
        this.start = scratch;
        this.products = start + vectors(form.out().size(1)) * Lanes.BYTES;
        this.lastRow = products + (pixels(form) * columns + Lanes.COUNT) * Float.BYTES;
        Lanes.clear(products, (pixels(form) * columns + Lanes.COUNT) * Float.BYTES); // For the zeros at both sides.
    }

    private static long vectors(long count) {
        return (count + Lanes.COUNT - 1) / Lanes.COUNT;
    }

    /** {@return the columns of the input with zeros at both sides} */
    private static long pixels(ThinConvolution.Form form) {
        return form.in().size(3) + 2L * form.padW();
    }

    static long scratchBytes(ThinConvolution.Form form) {
        long columns = form.filter(false).columns();
        long before = vectors(form.out().size(1)) * Lanes.COUNT;
        long row = form.out().size(3) * form.out().size(1) + 2L * Lanes.COUNT;
        return (before + pixels(form) * columns + Lanes.COUNT + row) * Float.BYTES;
    }

    /** Computes all images; {@code bias} may be 0. */
    void run(long in, long weights, long bias, long out) {
        Lanes.clear(start, vectors(form.out().size(1)) * Lanes.BYTES);
        if (bias != 0) {
            Lanes.copy(bias, start, outBytes);
        }
        RUN.run(new Batch(this, in, weights, out));
    }

    private void images(Batch batch) {
        long out = batch.out;
        long outRowBytes = form.out().size(3) * outBytes;
        int inRows = (int) form.in().size(2);
        int outRows = (int) form.out().size(2);
        long images = form.in().size(0);
        long lastWhole = out + images * outRows * outRowBytes - outRowBytes - Lanes.BYTES;
        for (long n = 0; n < images; n++) {
            for (int y = 0; y < outRows; y++) {
                int first = Math.max(0, form.padH() - y);
                int end = Math.min(form.kernelH(), inRows + form.padH() - y);
                long row = batch.in + (n * inRows + y + first - form.padH()) * rowBytes;
                multiplyRow(row, batch.weights, first * inputs, end * inputs);
                long to = out + (n * outRows + y) * outRowBytes;
                if (to <= lastWhole) {
                    addRow(to);
                } else { // Vectors reach behind the row, here behind the last.
                    addRow(lastRow);
                    Lanes.copy(lastRow, to, outRowBytes);
                }
            }
        }
    }

    private void multiplyRow(long row, long weights, int first, int end) {
        long width = form.in().size(3);
        for (long panel = 0; panel < columns; panel += PANEL) {
            long to = products + (form.padW() * columns + panel) * Float.BYTES;
            long weight = weights + filter.offset(0, panel);
            for (long x = 0; x < width; x += PIXELS) {
                long pixel = Math.min(x, width - PIXELS);
                multiply(row + pixel * pixelBytes, first, end, weight, to + pixel * productBytes);
            }
        }
    }

    /** Writes the products of five pixels with two vectors of weights, summed over the taps from one to another. */
    private void multiply(long in, int first, int end, long panel, long to) {
        long pixel = pixelBytes;
        FloatVector a = Lanes.all(0f);
        FloatVector b = Lanes.all(0f);
        FloatVector c = Lanes.all(0f);
        FloatVector d = Lanes.all(0f);
        FloatVector e = Lanes.all(0f);
        FloatVector a2 = Lanes.all(0f);
        FloatVector b2 = Lanes.all(0f);
        FloatVector c2 = Lanes.all(0f);
        FloatVector d2 = Lanes.all(0f);
        FloatVector e2 = Lanes.all(0f);
        long step = panelBytes;
        long last = panel + end * step;
        long nextRow = rowBytes - pixel;
        long from = in;
        int channel = 0;
        for (long weight = panel + first * step; weight < last; weight += step) {
            FloatVector w = Lanes.load(weight);
            FloatVector w2 = Lanes.load(weight + Lanes.BYTES);
            FloatVector x = Lanes.all(Lanes.get(from));
            a = w.fma(x, Lanes.known(a));
            a2 = w2.fma(x, Lanes.known(a2));
            x = Lanes.all(Lanes.get(from + pixel));
            b = w.fma(x, Lanes.known(b));
            b2 = w2.fma(x, Lanes.known(b2));
            x = Lanes.all(Lanes.get(from + 2 * pixel));
            c = w.fma(x, Lanes.known(c));
            c2 = w2.fma(x, Lanes.known(c2));
            x = Lanes.all(Lanes.get(from + 3 * pixel));
            d = w.fma(x, Lanes.known(d));
            d2 = w2.fma(x, Lanes.known(d2));
            x = Lanes.all(Lanes.get(from + 4 * pixel));
            e = w.fma(x, Lanes.known(e));
            e2 = w2.fma(x, Lanes.known(e2));
            from += Float.BYTES;
            channel++;
            if (channel == inputs) {
                channel = 0;
                from += nextRow;
            }
        }
        store(a, a2, to);
        store(b, b2, to + productBytes);
        store(c, c2, to + 2 * productBytes);
        store(d, d2, to + 3 * productBytes);
        store(e, e2, to + 4 * productBytes);
    }

    private static void store(FloatVector first, FloatVector second, long to) {
        Lanes.store(first, to);
        Lanes.store(second, to + Lanes.BYTES);
    }

    /** Adds up a row of the output; each vector's lanes behind its pixel are overwritten by the next. */
    private void addRow(long to) {
        long pixels = form.out().size(3);
        for (long x = 0; x < pixels; x += SUMS) {
            long pixel = Math.min(x, pixels - SUMS);
            add(products + pixel * productBytes, to + pixel * outBytes);
        }
    }

    /** Adds up four neighbouring pixels, whose channels fit into a vector. */
    private void add(long from, long to) {
        long pixel = productBytes;
        long last = from + (form.kernelW() - 1) * pixel;
        FloatVector a = Lanes.load(start);
        FloatVector b = a;
        FloatVector c = a;
        FloatVector d = a;
        long lane = 0;
        for (long at = last; at >= from; at -= pixel) {
            a = Lanes.load(at + lane).add(Lanes.known(a));
            b = Lanes.load(at + lane + pixel).add(Lanes.known(b));
            c = Lanes.load(at + lane + 2 * pixel).add(Lanes.known(c));
            d = Lanes.load(at + lane + 3 * pixel).add(Lanes.known(d));
            lane += outBytes;
        }
        Lanes.store(a, to);
        Lanes.store(b, to + outBytes);
        Lanes.store(c, to + 2 * outBytes);
        Lanes.store(d, to + 3 * outBytes);
    }
}
