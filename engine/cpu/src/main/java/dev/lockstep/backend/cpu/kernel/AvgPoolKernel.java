package dev.lockstep.backend.cpu.kernel;

import dev.lockstep.backend.op.Window;
import jdk.incubator.vector.FloatVector;

/**
 * Mean of each window over channels-last images, a vector of channels at a time. A sum runs over its window in C order.
 * Immutable.
 */
final class AvgPoolKernel {
    private final PoolGeometry geometry;
    private final PoolGeometry.Axis rows;
    private final PoolGeometry.Axis columns;
    private final int width;
    private final long pixelBytes;
    private final long last;
    private final float size;

    AvgPoolKernel(PoolGeometry geometry, Window window) {
        this.geometry = geometry;
        this.rows = geometry.rows();
        this.columns = geometry.columns();
        this.width = columns.size();
        this.pixelBytes = geometry.pixelBytes();
        this.last = geometry.lastVector();
        this.size = (float) (window.kernelH() * window.kernelW());
    }

    /** Writes the means; padding counts as zeros. */
    void run(long x, long y) {
        for (long n = 0; n < geometry.images(); n++) {
            long image = x + n * geometry.area() * pixelBytes;
            long done = n * geometry.windows() * pixelBytes;
            for (int row = 0; row < rows.windows(); row++) {
                if (geometry.takesVectors(n)) {
                    vectors(image, row, y + done);
                } else {
                    numbers(image, row, y + done);
                }
                done += columns.windows() * pixelBytes;
            }
        }
    }

    private void vectors(long image, int row, long y) {
        FloatVector sizes = Lanes.all(size);
        long done = 0;
        for (int column = 0; column < columns.windows(); column++) {
            for (long c = 0; c < last; c += Lanes.BYTES) {
                Lanes.store(vector(image + c, row, column).div(sizes), y + done + c);
            }
            Lanes.store(vector(image + last, row, column).div(sizes), y + done + last);
            done += pixelBytes;
        }
    }

    private FloatVector vector(long image, int row, int column) {
        int endRow = rows.end()[row];
        int startColumn = columns.start()[column];
        int endColumn = columns.end()[column];
        FloatVector sum = Lanes.all(0);
        for (int h = rows.start()[row]; h < endRow; h++) {
            for (int w = startColumn; w < endColumn; w++) {
                sum = Lanes.known(sum).add(Lanes.load(image + (h * width + w) * pixelBytes));
            }
        }
        return Lanes.known(sum);
    }

    private void numbers(long image, int row, long y) {
        long done = 0;
        for (int column = 0; column < columns.windows(); column++) {
            for (long c = 0; c < pixelBytes; c += Float.BYTES) {
                Lanes.set(y + done + c, number(image + c, row, column) / size);
            }
            done += pixelBytes;
        }
    }

    private float number(long image, int row, int column) {
        int endRow = rows.end()[row];
        int startColumn = columns.start()[column];
        int endColumn = columns.end()[column];
        float sum = 0;
        for (int h = rows.start()[row]; h < endRow; h++) {
            for (int w = startColumn; w < endColumn; w++) {
                sum += Lanes.get(image + (h * width + w) * pixelBytes);
            }
        }
        return sum;
    }

    /** Writes the gradient for the images: each pixel sums, in order, the shares of the windows over it. */
    void runGrad(long g, long dx) {
        for (long n = 0; n < geometry.images(); n++) {
            long before = n * geometry.windows() * pixelBytes;
            long done = n * geometry.area() * pixelBytes;
            for (int h = 0; h < rows.size(); h++) {
                if (geometry.takesVectors(n)) {
                    gradVectors(g + before, h, dx + done);
                } else {
                    gradNumbers(g + before, h, dx + done);
                }
                done += width * pixelBytes;
            }
        }
    }

    private void gradVectors(long g, int h, long dx) {
        long done = 0;
        for (int w = 0; w < width; w++) {
            for (long c = 0; c < last; c += Lanes.BYTES) {
                Lanes.store(gradVector(g + c, h, w), dx + done + c);
            }
            Lanes.store(gradVector(g + last, h, w), dx + done + last);
            done += pixelBytes;
        }
    }

    private FloatVector gradVector(long g, int h, int w) {
        int endRow = rows.endOver()[h];
        int startColumn = columns.firstOver()[w];
        int endColumn = columns.endOver()[w];
        FloatVector sizes = Lanes.all(size);
        FloatVector sum = Lanes.all(0);
        for (int row = rows.firstOver()[h]; row < endRow; row++) {
            for (int column = startColumn; column < endColumn; column++) {
                FloatVector gradient = Lanes.load(g + (row * columns.windows() + column) * pixelBytes);
                sum = Lanes.known(sum).add(gradient.div(sizes));
            }
        }
        return Lanes.known(sum);
    }

    private void gradNumbers(long g, int h, long dx) {
        long done = 0;
        for (int w = 0; w < width; w++) {
            for (long c = 0; c < pixelBytes; c += Float.BYTES) {
                Lanes.set(dx + done + c, gradNumber(g + c, h, w));
            }
            done += pixelBytes;
        }
    }

    private float gradNumber(long g, int h, int w) {
        int endRow = rows.endOver()[h];
        int startColumn = columns.firstOver()[w];
        int endColumn = columns.endOver()[w];
        float sum = 0;
        for (int row = rows.firstOver()[h]; row < endRow; row++) {
            for (int column = startColumn; column < endColumn; column++) {
                sum += Lanes.get(g + (row * columns.windows() + column) * pixelBytes) / size;
            }
        }
        return sum;
    }
}
