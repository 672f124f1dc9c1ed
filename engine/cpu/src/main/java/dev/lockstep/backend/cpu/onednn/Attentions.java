package dev.lockstep.backend.cpu.onednn;

import dev.lockstep.backend.Backend;
import dev.lockstep.backend.ShapeRules;
import dev.lockstep.backend.Value;
import dev.lockstep.backend.ValueSpec;
import dev.lockstep.backend.cpu.kernel.Dense;
import dev.lockstep.backend.op.Contraction.Attention;
import dev.lockstep.backend.op.Contraction.AttentionGrad;
import dev.lockstep.backend.op.Contraction.SelfAttention;
import dev.lockstep.backend.op.Contraction.SelfAttentionGrad;
import dev.lockstep.backend.op.Op;
import dev.lockstep.backend.op.Weighing;
import dev.lockstep.layout.DType;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Attention of f32 values by {@link HeadAttention} and {@link HeadAttentionGrad}. Query, key and value are read in
 * place where their last axis has stride 1, as in a packed projection, and no product rounds them. Thread-safe.
 */
public final class Attentions {
    private final Backend backend;

    /** Makes the attention of a backend, which copies what oneDNN cannot read in place. */
    public Attentions(Backend backend) {
        this.backend = backend;
    }

    /** Executes attention or its gradient, or returns null for other ops, and where inputs are no f32 values. */
    public Value @Nullable [] tryExecute(Op op, Value... inputs) {
        return tryExecute(op, Factors.EXACT, inputs);
    }

    /** The same with what products do to their factors. */
    Value @Nullable [] tryExecute(Op op, Factors factors, Value... inputs) {
        return switch (op) {
            case Attention(Weighing weighing) ->
                areFloats(3, inputs) ? forward(op, new HeadWeighing.Kind(weighing, factors), inputs) : null;
            case SelfAttention(Weighing weighing) ->
                areFloats(1, inputs) ? packedForward(op, new HeadWeighing.Kind(weighing, factors), inputs) : null;
            case AttentionGrad(Weighing weighing) ->
                areFloats(6, inputs) ? backward(op, new HeadWeighing.Kind(weighing, factors), inputs) : null;
            case SelfAttentionGrad(Weighing weighing) ->
                areFloats(4, inputs) ? packedBackward(op, new HeadWeighing.Kind(weighing, factors), inputs) : null;
            default -> null;
        };
    }

    private static boolean areFloats(int count, Value... inputs) {
        if (inputs.length < count) {
            return false;
        }
        for (int i = 0; i < count; i++) {
            if (inputs[i].dtype() != DType.F32 || inputs[i].shape().elements() == 0) {
                return false;
            }
        }
        return true;
    }

    private Value[] allocate(Op op, Value... inputs) {
        List<ValueSpec> specs = ShapeRules.outputs(op, ValueSpec.of(inputs));
        return specs.stream().map(spec -> spec.allocate(backend.memory())).toArray(Value[]::new);
    }

    private static Value last(Value... inputs) {
        return inputs[inputs.length - 1];
    }

    private Heads heads(Value value) {
        return Heads.of(value, backend);
    }

    /** Takes heads as factors of products. */
    private Heads factor(Factors factors, Value value) {
        try (Value rounded = factors.round(backend, value)) {
            return heads(rounded);
        }
    }

    /** Sees [B, T, H, D] as heads. */
    private Heads inside(Value value) {
        try (Value view = value.view(value.layout().permute(0, 2, 1, 3))) {
            return heads(view);
        }
    }

    /** Takes a packed projection as factors of products. */
    private Value packed(Factors factors, Value qkv) {
        try (Value dense = Dense.contiguous(backend, qkv)) {
            return factors.round(backend, dense);
        }
    }

    private Value[] forward(Op op, HeadWeighing.Kind kind, Value... inputs) {
        Value[] outputs = allocate(op, inputs);
        try (Heads q = factor(kind.factors(), inputs[0]);
                Heads k = factor(kind.factors(), inputs[1]);
                Heads v = factor(kind.factors(), inputs[2]);
                Heads out = heads(outputs[0]);
                HeadWeighing weighing = new HeadWeighing(backend, kind, q, k, last(inputs))) {
            new HeadAttention(weighing, q, k, v).run(out, outputs[1].address());
        }
        return outputs;
    }

    private Value[] packedForward(Op op, HeadWeighing.Kind kind, Value... inputs) {
        Value[] outputs = allocate(op, inputs);
        try (Value packed = packed(kind.factors(), inputs[0]);
                Heads q = Heads.part(packed, 0);
                Heads k = Heads.part(packed, 1);
                Heads v = Heads.part(packed, 2);
                Heads out = inside(outputs[0]);
                HeadWeighing weighing = new HeadWeighing(backend, kind, q, k, last(inputs))) {
            new HeadAttention(weighing, q, k, v).run(out, outputs[1].address());
        }
        return outputs;
    }

    private Value[] backward(Op op, HeadWeighing.Kind kind, Value... inputs) {
        Value[] outputs = allocate(op, inputs);
        try (Heads exact = heads(inputs[0]);
                Heads g = factor(kind.factors(), inputs[0]);
                Heads q = factor(kind.factors(), inputs[1]);
                Heads k = factor(kind.factors(), inputs[2]);
                Heads v = factor(kind.factors(), inputs[3]);
                Heads out = heads(inputs[4]);
                Value lse = Dense.contiguous(backend, inputs[5]);
                Heads dq = heads(outputs[0]);
                Heads dk = heads(outputs[1]);
                Heads dv = heads(outputs[2]);
                HeadWeighing weighing = new HeadWeighing(backend, kind, q, k, last(inputs))) {
            var known = new HeadAttentionGrad.Known(exact, g, q, k, v, out, lse.address());
            new HeadAttentionGrad(weighing, known).run(dq, dk, dv);
        }
        return outputs;
    }

    private Value[] packedBackward(Op op, HeadWeighing.Kind kind, Value... inputs) {
        Value[] outputs = allocate(op, inputs);
        try (Value rounded = kind.factors().round(backend, inputs[0]);
                Heads exact = inside(inputs[0]);
                Heads g = inside(rounded);
                Value packed = packed(kind.factors(), inputs[1]);
                Heads q = Heads.part(packed, 0);
                Heads k = Heads.part(packed, 1);
                Heads v = Heads.part(packed, 2);
                Heads out = inside(inputs[2]);
                Value lse = Dense.contiguous(backend, inputs[3]);
                Heads dq = Heads.part(outputs[0], 0);
                Heads dk = Heads.part(outputs[0], 1);
                Heads dv = Heads.part(outputs[0], 2);
                HeadWeighing weighing = new HeadWeighing(backend, kind, q, k, last(inputs))) {
            var known = new HeadAttentionGrad.Known(exact, g, q, k, v, out, lse.address());
            new HeadAttentionGrad(weighing, known).run(dq, dk, dv);
        }
        return outputs;
    }
}
