package dev.lockstep.autograd;

import dev.lockstep.backend.op.Sampling;
import dev.lockstep.backend.op.Sampling.Dropout;
import dev.lockstep.backend.op.Sampling.Normal;
import dev.lockstep.backend.op.Sampling.Uniform;

/** The gradients of random ops: dropout under the same key is its own gradient. */
final class SamplingGradients {
    private SamplingGradients() {}

    static Rule rule(Sampling op) {
        return switch (op) {
            case Dropout dropout -> Rule.linear(d -> d.run(dropout, d.gradient()));
            case Uniform uniform -> Rule.NONE;
            case Normal normal -> Rule.NONE;
        };
    }
}
