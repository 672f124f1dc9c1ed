package dev.lockstep.backend.cpu.kernel;

import jdk.incubator.vector.FloatVector;

/** A function of one vector, lane by lane. */
@FunctionalInterface
interface LaneUnary {
    /** Computes the function. */
    FloatVector apply(FloatVector x);
}
