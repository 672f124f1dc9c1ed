package dev.lockstep.backend.cpu.kernel;

import static jdk.incubator.vector.VectorOperators.EQ;
import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.NE;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;

/**
 * Maximum of each window over channels-last images, a vector of channels at a time. The first maximum wins, and the
 * first NaN over all numbers. Immutable.
 */
final class MaxPoolKernel {
    private final PoolGeometry geometry;
    private final PoolGeometry.Axis rows;
    private final PoolGeometry.Axis columns;
    private final int width;
    private final long pixelBytes;
    private final long last;

    MaxPoolKernel(PoolGeometry geometry) {
        this.geometry = geometry;
        this.rows = geometry.rows();
        this.columns = geometry.columns();
        this.width = columns.size();
        this.pixelBytes = geometry.pixelBytes();
        this.last = geometry.lastVector();
    }

    /** Writes the maxima to {@code y} and their places within the image plane, i32, to {@code index}. */
    void run(long x, long y, long index) {
        for (long n = 0; n < geometry.images(); n++) {
            long image = x + n * geometry.area() * pixelBytes;
            long done = n * geometry.windows() * pixelBytes;
            for (int row = 0; row < rows.windows(); row++) {
                if (geometry.takesVectors(n)) {
                    vectors(image, row, y + done, index + done);
                } else {
                    numbers(image, row, y + done, index + done);
                }
                done += columns.windows() * pixelBytes;
            }
        }
    }

    private void vectors(long image, int row, long y, long index) {
        long done = 0;
        for (int column = 0; column < columns.windows(); column++) {
            for (long c = 0; c < last; c += Lanes.BYTES) {
                vector(image + c, row, column, y + done + c, index + done + c);
            }
            vector(image + last, row, column, y + done + last, index + done + last);
            done += pixelBytes;
        }
    }

    private void vector(long image, int row, int column, long y, long index) {
        int endRow = rows.end()[row];
        int startColumn = columns.start()[column];
        int endColumn = columns.end()[column];
        int first = rows.start()[row] * width + startColumn;
        FloatVector best = Lanes.load(image + first * pixelBytes);
        IntVector places = IntVector.broadcast(Lanes.INTS, first);
        FloatVector total = Lanes.all(0);
        for (int h = rows.start()[row]; h < endRow; h++) {
            for (int w = startColumn; w < endColumn; w++) {
                int place = h * width + w;
                FloatVector candidate = Lanes.load(image + place * pixelBytes);
                VectorMask<Float> wins = candidate.compare(GT, Lanes.known(best));
                best = Lanes.known(best).blend(candidate, wins);
                places = Lanes.known(places).blend(place, wins.cast(Lanes.INTS));
                total = Lanes.known(total).add(candidate);
            }
        }
        Lanes.store(best, y);
        Lanes.store(places, index);
        FloatVector sum = Lanes.known(total);
        if (sum.compare(NE, sum).anyTrue()) { // A NaN was among them, or both infinities: take a closer look.
            for (long c = 0; c < Lanes.BYTES; c += Float.BYTES) {
                number(image + c, row, column, y + c, index + c);
            }
        }
    }

    private void numbers(long image, int row, long y, long index) {
        long done = 0;
        for (int column = 0; column < columns.windows(); column++) {
            for (long c = 0; c < pixelBytes; c += Float.BYTES) {
                number(image + c, row, column, y + done + c, index + done + c);
            }
            done += pixelBytes;
        }
    }

    private void number(long image, int row, int column, long y, long index) {
        int endRow = rows.end()[row];
        int startColumn = columns.start()[column];
        int endColumn = columns.end()[column];
        int best = rows.start()[row] * width + startColumn;
        float max = Lanes.get(image + best * pixelBytes);
        for (int h = rows.start()[row]; h < endRow; h++) {
            for (int w = startColumn; w < endColumn; w++) {
                float candidate = Lanes.get(image + (h * width + w) * pixelBytes);
                if (!(candidate <= max) && !Float.isNaN(max)) {
                    max = candidate;
                    best = h * width + w;
                }
            }
        }
        Lanes.set(y, max);
        Lanes.setInt(index, best);
    }

    /**
     * Writes the gradient for the images: each pixel sums, in order, what the windows over it give to their maximum.
     */
    void runGrad(long g, long index, long dx) {
        boolean apart = rows.isPartition() && columns.isPartition();
        for (long n = 0; n < geometry.images(); n++) {
            long before = n * geometry.windows() * pixelBytes;
            long done = n * geometry.area() * pixelBytes;
            for (int h = 0; h < rows.size(); h++) {
                if (geometry.takesVectors(n) && apart) {
                    spreadRow(g + before, index + before, h, dx + done);
                } else if (geometry.takesVectors(n)) {
                    gradVectors(g + before, index + before, h, dx + done);
                } else {
                    gradNumbers(g + before, index + before, h, dx + done);
                }
                done += width * pixelBytes;
            }
        }
    }

    /** Where each pixel is in one window: goes through the windows over a row and writes their pixels in it. */
    private void spreadRow(long g, long index, int h, long dx) {
        int size = width / columns.windows();
        long from = (long) rows.firstOver()[h] * columns.windows() * pixelBytes;
        int place = h * width;
        for (long to = dx; to < dx + width * pixelBytes; to += size * pixelBytes) {
            for (long c = 0; c < last; c += Lanes.BYTES) {
                spread(g + from + c, index + from + c, place, size, to + c);
            }
            spread(g + from + last, index + from + last, place, size, to + last);
            from += pixelBytes;
            place += size;
        }
    }

    private void spread(long g, long index, int place, int size, long to) {
        FloatVector zero = Lanes.all(0f);
        FloatVector gradient = zero.add(Lanes.load(g)); // As sums are: -0 becomes +0.
        IntVector chosen = Lanes.loadInts(index);
        long at = to;
        for (int i = place; i < place + size; i++) {
            Lanes.store(zero.blend(gradient, chosen.compare(EQ, i).cast(Lanes.SPECIES)), at);
            at += pixelBytes;
        }
    }

    private void gradVectors(long g, long index, int h, long dx) {
        long done = 0;
        for (int w = 0; w < width; w++) {
            for (long c = 0; c < last; c += Lanes.BYTES) {
                Lanes.store(gradVector(g + c, index + c, h, w), dx + done + c);
            }
            Lanes.store(gradVector(g + last, index + last, h, w), dx + done + last);
            done += pixelBytes;
        }
    }

    private FloatVector gradVector(long g, long index, int h, int w) {
        int endRow = rows.endOver()[h];
        int startColumn = columns.firstOver()[w];
        int endColumn = columns.endOver()[w];
        int place = h * width + w;
        FloatVector sum = Lanes.all(0);
        for (int row = rows.firstOver()[h]; row < endRow; row++) {
            for (int column = startColumn; column < endColumn; column++) {
                long at = (row * columns.windows() + column) * pixelBytes;
                VectorMask<Float> mine =
                        Lanes.loadInts(index + at).compare(EQ, place).cast(Lanes.SPECIES);
                FloatVector before = Lanes.known(sum);
                sum = before.blend(before.add(Lanes.load(g + at)), mine);
            }
        }
        return sum;
    }

    private void gradNumbers(long g, long index, int h, long dx) {
        long done = 0;
        for (int w = 0; w < width; w++) {
            for (long c = 0; c < pixelBytes; c += Float.BYTES) {
                Lanes.set(dx + done + c, gradNumber(g + c, index + c, h, w));
            }
            done += pixelBytes;
        }
    }

    private float gradNumber(long g, long index, int h, int w) {
        int endRow = rows.endOver()[h];
        int startColumn = columns.firstOver()[w];
        int endColumn = columns.endOver()[w];
        float sum = 0;
        for (int row = rows.firstOver()[h]; row < endRow; row++) {
            for (int column = startColumn; column < endColumn; column++) {
                long at = (row * columns.windows() + column) * pixelBytes;
                if (Lanes.getInt(index + at) == h * width + w) {
                    sum += Lanes.get(g + at);
                }
            }
        }
        return sum;
    }
}
