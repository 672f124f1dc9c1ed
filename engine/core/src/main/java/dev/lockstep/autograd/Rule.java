package dev.lockstep.autograd;

import dev.lockstep.backend.Value;
import org.jspecify.annotations.Nullable;

/**
 * How to differentiate one op: what it must save, and the computation.
 *
 * @param inputs bit i: input i is saved
 * @param outputs bit i: output i is saved
 * @param differentiable how many of the first outputs have a gradient; 0 where the op has none
 * @param backward gives the gradients of the inputs
 */
record Rule(long inputs, long outputs, int differentiable, Backward backward) {
    /** An op without gradient: its outputs count as constants. */
    static final Rule NONE = new Rule(0, 0, 0, d -> {
        throw new AssertionError("an op without gradient was recorded");
    });

    /** Computes the gradients of the inputs from that of the outputs; null where an input needs none. */
    @FunctionalInterface
    interface Backward {
        @Nullable
        Value[] apply(Derivation d);
    }

    /** Computes the gradient of the only input. */
    @FunctionalInterface
    interface Single {
        Value apply(Derivation d);
    }

    /** A rule of one input that saves nothing. */
    static Rule linear(Single single) {
        return new Rule(0, 0, 1, d -> new @Nullable Value[] {single.apply(d)});
    }

    /** A rule of one input that saves its input. */
    static Rule ofInput(Single single) {
        return new Rule(1, 0, 1, d -> new @Nullable Value[] {single.apply(d)});
    }

    /** A rule of one input that saves its output. */
    static Rule ofOutput(Single single) {
        return new Rule(0, 1, 1, d -> new @Nullable Value[] {single.apply(d)});
    }

    /** A rule of several inputs that saves some of its inputs. */
    static Rule of(long inputs, Backward backward) {
        return new Rule(inputs, 0, 1, backward);
    }

    /** An op that has a gradient in truth, but no rule: recorded, so that a backward through it says so. */
    static Rule unsupported() {
        return of(0, d -> {
            throw new UnsupportedOperationException("backward: op " + d.label()
                    + " has no gradient rule: it is itself a gradient whose second derivative is not there");
        });
    }

    boolean savesInput(int input) {
        return (inputs >> Math.min(input, Long.SIZE - 1) & 1) != 0;
    }

    boolean savesOutput(int output) {
        return (outputs >> output & 1) != 0;
    }
}
