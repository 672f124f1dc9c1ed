package dev.lockstep.train;

import dev.lockstep.layout.VirtualRanks;
import java.util.List;
import java.util.function.IntPredicate;

/**
 * What belongs to single virtual ranks and outlives a step, such as what compression left out. A worker that is lost
 * takes it along, so a {@link GradientReducer} keeps each on two workers: it gives the step's <em>inputs</em>, from
 * which the next state follows, to a second worker before anyone may hold the step's sum, and moves <em>states</em> to
 * those who need them when the members change. Sums here have the tensors of role {@link TensorSpec.Role#RANK_STATE}
 * and one virtual rank each. Called from the trainer's thread.
 */
public interface RankStates {
    /** {@return the states at hand, in order of virtual ranks; they stay owned} All belong to the last step made. */
    List<NodeSum> states();

    /** Takes over a state that another worker had. */
    void putState(NodeSum state);

    /** Lets go of the states and inputs of virtual ranks that are not wanted here. */
    void retain(IntPredicate wanted);

    /**
     * {@return the inputs of these virtual ranks for the reduction under way, in order; empty if it needs none; they
     * stay owned}
     */
    List<NodeSum> inputs(VirtualRanks range);

    /** Takes over an input that another worker computed. */
    void putInput(NodeSum input);
}
