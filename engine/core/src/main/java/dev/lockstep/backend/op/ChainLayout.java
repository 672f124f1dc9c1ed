package dev.lockstep.backend.op;

import dev.lockstep.layout.Layout;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;

/**
 * The layout that the ops of a {@link Fused} chain walk through, that of the largest input, and what goes with it.
 *
 * @param whole where the elements of the largest input and of all results lie
 */
public record ChainLayout(Layout whole) {
    /** Finds the layout of a chain whose inputs lie so. */
    static ChainLayout of(List<Layout> inputs) {
        return new ChainLayout(Collections.max(
                inputs, Comparator.comparingLong(input -> input.shape().elements())));
    }

    /** {@return whether a chain can walk through the layout at all: there are no gaps in it} */
    public boolean isWalkable() {
        return whole.isDense();
    }

    /** {@return whether an input is walked through with the whole} */
    public boolean isFull(Layout input) {
        return input.hasStridesOf(whole);
    }

    /** {@return whether an input is not full, but a row that the whole's memory repeats, such as one number} */
    public boolean isRow(Layout input) {
        return !isFull(input) && input.rowIn(whole) > 0;
    }

    /** {@return whether an op can walk through blocks: dropout numbers the elements in C order} */
    public boolean takes(Pointwise op) {
        return !(op instanceof Sampling.Dropout) || whole.isContiguous();
    }

    /**
     * {@return whether an op can walk so with an input as one of its arguments: a normalisation has rows behind the
     * first}
     */
    public boolean takes(Pointwise op, int argument, Layout input) {
        boolean row = op instanceof Elementwise.Normalize && argument > 0;
        return isRow(input) || (!row && isFull(input));
    }
}
