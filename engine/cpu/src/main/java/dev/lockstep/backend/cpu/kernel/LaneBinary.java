package dev.lockstep.backend.cpu.kernel;

import jdk.incubator.vector.FloatVector;

/** A function of two vectors, lane by lane. */
@FunctionalInterface
interface LaneBinary {
    /** Computes the function. */
    FloatVector apply(FloatVector a, FloatVector b);
}
