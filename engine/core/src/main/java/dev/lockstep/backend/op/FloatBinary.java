package dev.lockstep.backend.op;

/** A function of two f32 numbers. */
@FunctionalInterface
interface FloatBinary {
    float apply(float a, float b);
}
