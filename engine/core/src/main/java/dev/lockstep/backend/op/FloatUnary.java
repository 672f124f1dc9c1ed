package dev.lockstep.backend.op;

/** A function of one f32 number. */
@FunctionalInterface
interface FloatUnary {
    float apply(float x);
}
