package dev.lockstep.backend.batching;

import dev.lockstep.backend.Backend;
import dev.lockstep.backend.BackendDecorator;
import dev.lockstep.backend.Value;
import dev.lockstep.backend.op.CustomOp;
import dev.lockstep.backend.op.Elementwise;
import dev.lockstep.backend.op.Op;
import dev.lockstep.backend.op.Shaping;
import dev.lockstep.backend.op.Update;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Executes ops on values that stand for several lanes: on the rows of all at once, if the op keeps rows apart, else
 * lane by lane. A decorator, directly below autograd, without state of its own; ops whose inputs are no such values it
 * passes on. Thread-safe as far as the backend inside is.
 */
public final class BatchingBackend extends BackendDecorator {

    /** Decorates a backend. */
    public BatchingBackend(Backend below) {
        super(below);
    }

    /**
     * Executes an op.
     *
     * @throws NotBatchable if it has no one answer for all lanes
     */
    @Override
    public Value[] execute(Op op, Value... inputs) {
        int lanes = lanes(op, inputs);
        if (lanes == 0) {
            return below().execute(op, inputs);
        }
        return switch (op) {
            case Shaping.View view -> new Value[] {see(view, inputs[0])};
            case Update update -> update(update, lanes, inputs);
            case CustomOp custom when custom.isMadeOfOps() -> custom.forward(this, inputs);
            case CustomOp custom -> throw Batching.refusal("what " + custom.label() + " does");
            default -> compute(op, new Lanes(below(), lanes), inputs);
        };
    }

    /** {@return for how many lanes an op works, 0 where it gives all the same} */
    private static int lanes(Op op, Value... inputs) {
        for (Value input : inputs) {
            Batched batched = Batched.behind(input);
            if (batched != null) {
                return batched.lanes();
            }
        }
        Batching batching = Batching.current();
        return batching != null && LaneKeys.draws(op, batching) ? batching.lanes() : 0;
    }

    private static Value[] compute(Op op, Lanes lanes, Value... inputs) {
        Value @Nullable [] outputs;
        if (op instanceof Elementwise elementwise) {
            outputs = lanes.elementwise(elementwise, inputs);
        } else {
            Optional<BatchingRules> rule = BatchingRules.of(op, lanes.count(), inputs);
            outputs = rule.isPresent() ? lanes.onRows(rule.get(), inputs) : null;
        }
        return outputs == null ? lanes.oneByOne(op, inputs) : outputs;
    }

    /** Sees what a view of a lane sees of it, in all lanes alike. */
    private Value see(Shaping.View op, Value x) {
        if (op instanceof Shaping.AsStrided) {
            throw Batching.refusal("memory beyond a tensor's own elements, which asStrided may see,");
        }
        if (op instanceof Shaping.Reshape(var shape)
                && x.layout().reshape(shape).isEmpty()) {
            try (Value dense = execute(Lanes.COPY, x)[0]) {
                return see(op, dense);
            }
        }
        try (Value first = Batched.lane(x, 0);
                Value seen = below().execute(op, first)[0]) {
            return x.view(
                    seen.layout().movedBy(x.layout().offset() - first.layout().offset()));
        }
    }

    /** Writes in place, lane by lane. */
    private Value[] update(Update op, int lanes, Value... inputs) {
        boolean writesFirst = op instanceof Update.CopyInto
                || op instanceof Update.AddInto
                || op instanceof Update.ScaleInto
                || op instanceof Update.AddMatmulInto;
        if (!writesFirst || Batched.behind(inputs[0]) == null) {
            throw Batching.refusal("what " + op.label() + " writes");
        }
        for (int lane = 0; lane < lanes; lane++) {
            Value[] mine = Lanes.of(lane, inputs);
            try {
                below().execute(op, mine);
            } finally {
                Lanes.close(mine);
            }
        }
        inputs[0].storage().bumpVersion();
        return new Value[0];
    }
}
