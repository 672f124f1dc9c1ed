package dev.lockstep.cluster;

import java.util.List;

/**
 * What an event leads to: the next state, and what the driver must do, in order. Immutable.
 *
 * @param next the state that replaces the one given
 * @param effects what to do
 */
public record Decision(ClusterState next, List<ClusterEffect> effects) {

    /** Copies the effects. */
    public Decision {
        effects = List.copyOf(effects);
    }
}
