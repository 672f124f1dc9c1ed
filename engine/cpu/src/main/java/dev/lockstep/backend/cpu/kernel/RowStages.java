package dev.lockstep.backend.cpu.kernel;

/**
 * The stages that softmax and its kin are put together from: each passes once over some rows. There is a form for rows
 * that fit into one vector and one for longer rows. See Note [Compiled apart].
 *
 * @param lessMaximum {@code y = x - max x}; the maxima go to {@code z} unless that is 0
 * @param lessNumber {@code y = x - z}, one z a row
 * @param sum {@code z = sum x}, one z a row
 * @param divideBySum {@code y = y / sum y}
 * @param lessLogSum {@code y = y - log(sum x)}
 * @param scale {@code y = z (y - number)}, one z a row
 * @param gradient {@code y = x (z - sum(z x))}, products rounded
 * @param logGradient {@code y = z - y sum z}, the product rounded
 */
record RowStages(
        BatchKernel<Rows> lessMaximum,
        BatchKernel<Rows> lessNumber,
        BatchKernel<Rows> sum,
        BatchKernel<Rows> divideBySum,
        BatchKernel<Rows> lessLogSum,
        BatchKernel<Rows> scale,
        BatchKernel<Rows> gradient,
        BatchKernel<Rows> logGradient) {
    /** {@code y = e^x} of all floats of the rows. */
    static final BatchKernel<Rows> EXP = Apart.of(rows -> Loops.EXP.run(rows.x(), rows.y(), rows.floats()));

    private static final RowStages NARROW = new RowStages(
            Apart.of(NarrowRows::lessMaximum),
            Apart.of(NarrowRows::lessNumber),
            Apart.of(NarrowRows::sum),
            Apart.of(NarrowRows::divideBySum),
            Apart.of(NarrowRows::lessLogSum),
            Apart.of(NarrowRows::scale),
            Apart.of(NarrowRows::gradient),
            Apart.of(NarrowRows::logGradient));
    private static final RowStages WIDE = new RowStages(
            Apart.of(WideRows::lessMaximum),
            Apart.of(WideRows::lessNumber),
            Apart.of(WideRows::sum),
            Apart.of(WideRows::divideBySum),
            Apart.of(WideRows::lessLogSum),
            Apart.of(WideRows::scale),
            Apart.of(WideRows::gradient),
            Apart.of(WideRows::logGradient));

    /** {@return the form for rows of a length} */
    static RowStages of(long length) {
        return length <= Lanes.COUNT ? NARROW : WIDE;
    }
}
