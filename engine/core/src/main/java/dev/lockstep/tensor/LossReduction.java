package dev.lockstep.tensor;

/** How a loss joins the losses of its elements. */
public enum LossReduction {
    NONE,
    MEAN,
    SUM;

    /** Joins the losses of all elements. */
    public Tensor apply(Tensor losses) {
        return switch (this) {
            case NONE -> losses;
            case MEAN -> losses.mean();
            case SUM -> losses.sum();
        };
    }
}
