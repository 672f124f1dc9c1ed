package dev.lockstep.optim;

/**
 * Lowers the learning rate when a metric has stopped falling: torch's ReduceLROnPlateau with its relative threshold.
 * Tell it the metric after each epoch:
 *
 * <pre>{@code
 * var plateau = new ReduceOnPlateau(0.1, 10);
 * optimizer.schedule(plateau);
 * plateau.observe(validationLoss);
 * }</pre>
 *
 * <p>Its state is what was observed, so a run that is resumed has to observe the same metrics again. Confined to the
 * thread that steps.
 */
public final class ReduceOnPlateau implements Schedule {
    private static final double THRESHOLD = 1e-4;

    private final double reduction;
    private final int patience;
    private double best = Double.POSITIVE_INFINITY;
    private int worse;
    private double factor = 1;

    /**
     * Makes a schedule.
     *
     * @param reduction what the learning rate is multiplied by, in (0, 1)
     * @param patience how many metrics in a row may be no better by a share of 1e-4
     */
    public ReduceOnPlateau(double reduction, int patience) {
        if (!(reduction > 0 && reduction < 1) || patience < 0) {
            throw new IllegalArgumentException("ReduceOnPlateau: reduction " + reduction
                    + " must be in (0, 1), patience " + patience + " not negative");
        }
        this.reduction = reduction;
        this.patience = patience;
    }

    /** Takes note of a metric that should be small. */
    public void observe(double metric) {
        boolean first = best == Double.POSITIVE_INFINITY;
        boolean better = metric < (first ? best : best * (1 - THRESHOLD));
        if (better) {
            best = metric;
            worse = 0;
        } else if (++worse > patience) {
            factor *= reduction;
            worse = 0;
        }
    }

    @Override
    public double factor(long step) {
        return factor;
    }
}
