package dev.lockstep.tensor;

/**
 * How a grid reads images.
 *
 * @param mode {@link ResampleMode#NEAREST} or {@link ResampleMode#LINEAR}
 * @param padding outside of the image: {@link PadMode#CONSTANT} gives zeros, {@link PadMode#REPLICATE} the border,
 *     {@link PadMode#REFLECT} its mirror image
 * @param alignCorners whether -1 and 1 are the centres of the outermost pixels, else their outer edges
 */
public record GridSampleOptions(ResampleMode mode, PadMode padding, boolean alignCorners) {
    /** torch's defaults: bilinear, zeros, edges. */
    public static final GridSampleOptions DEFAULT = new GridSampleOptions(ResampleMode.LINEAR, PadMode.CONSTANT, false);

    /** Checks that mode and padding are among those that there are. */
    public GridSampleOptions {
        if (mode == ResampleMode.CUBIC || mode == ResampleMode.AREA || padding == PadMode.CIRCULAR) {
            throw new IllegalArgumentException("gridSample: no mode " + mode + " with padding " + padding);
        }
    }

    /** {@return these options with another mode} */
    public GridSampleOptions mode(ResampleMode other) {
        return new GridSampleOptions(other, padding, alignCorners);
    }

    /** {@return these options with another padding} */
    public GridSampleOptions padding(PadMode other) {
        return new GridSampleOptions(mode, other, alignCorners);
    }

    /** {@return these options with another choice of what the ends of the range are} */
    public GridSampleOptions alignCorners(boolean wanted) {
        return new GridSampleOptions(mode, padding, wanted);
    }

    /** Turns coordinates in [-1, 1] into places in pixels. */
    Tensor place(Tensor coordinate, long size) {
        Tensor shifted = coordinate.add(1.0);
        Tensor place = alignCorners
                ? shifted.mul((size - 1) / 2.0)
                : shifted.mul((double) size).sub(1.0).div(2);
        return switch (padding) {
            case CONSTANT, CIRCULAR -> place;
            case REPLICATE -> place.clamp(0, size - 1.0);
            case REFLECT -> mirrored(place, size).clamp(0, size - 1.0);
        };
    }

    private Tensor mirrored(Tensor place, long size) {
        double low = alignCorners ? 0 : -0.5;
        double span = alignCorners ? size - 1.0 : size;
        if (span == 0) {
            return place.mul(0.0);
        }
        Tensor distance = place.sub(low).abs();
        Tensor turns = distance.div(span).floor();
        Tensor rest = distance.sub(turns.mul(span));
        return Tensors.where(turns.remainder(2L).eq(0), rest, rest.rsub(span)).add(low);
    }
}
