package dev.lockstep.tensor;

/**
 * How the triplet loss measures.
 *
 * @param margin by how much the negative shall be farther
 * @param p the norm
 * @param eps added to each difference
 * @param reduction how the triples' losses are joined
 */
public record TripletOptions(double margin, double p, double eps, LossReduction reduction) {
    /** torch's defaults: margin 1, Euclidean, 1e-6, mean. */
    public static final TripletOptions DEFAULT = new TripletOptions(1, 2, 1e-6, LossReduction.MEAN);

    /** {@return these options with another margin} */
    public TripletOptions margin(double distance) {
        return new TripletOptions(distance, p, eps, reduction);
    }

    /** {@return these options with another norm} */
    public TripletOptions p(double norm) {
        return new TripletOptions(margin, norm, eps, reduction);
    }

    /** {@return these options with another reduction} */
    public TripletOptions reduction(LossReduction other) {
        return new TripletOptions(margin, p, eps, other);
    }
}
