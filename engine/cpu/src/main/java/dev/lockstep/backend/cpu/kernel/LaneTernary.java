package dev.lockstep.backend.cpu.kernel;

import jdk.incubator.vector.FloatVector;

/** A function of three vectors, lane by lane. */
@FunctionalInterface
interface LaneTernary {
    /** Computes the function. */
    FloatVector apply(FloatVector a, FloatVector b, FloatVector c);
}
