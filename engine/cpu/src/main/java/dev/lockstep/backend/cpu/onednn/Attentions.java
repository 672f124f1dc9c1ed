package dev.lockstep.backend.cpu.onednn;

import dev.lockstep.backend.Backend;
import dev.lockstep.backend.ShapeRules;
import dev.lockstep.backend.Value;
import dev.lockstep.backend.ValueSpec;
import dev.lockstep.backend.cpu.kernel.AttentionColumns.Sight;
import dev.lockstep.backend.op.Contraction;
import dev.lockstep.backend.op.Contraction.Attention;
import dev.lockstep.backend.op.Contraction.AttentionGrad;
import dev.lockstep.backend.op.Contraction.SelfAttention;
import dev.lockstep.backend.op.Contraction.SelfAttentionGrad;
import dev.lockstep.backend.op.Elementwise.Copy;
import dev.lockstep.device.MemoryPool;
import dev.lockstep.layout.DType;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Attention of f32 values by {@link HeadAttention} and {@link HeadAttentionGrad}. Query, key and value are read in
 * place where their last axis has stride 1, as in a packed projection. Thread-safe.
 */
public final class Attentions {
    private static final int PARTS = 3;

    private final Backend backend;
    private final MemoryPool pool;

    /** Makes the attention of a backend, which copies what oneDNN cannot read in place. */
    public Attentions(Backend backend) {
        this.backend = backend;
        this.pool = backend.memory();
    }

    private static boolean areFloats(int count, Value... inputs) {
        if (inputs.length != count) {
            return false;
        }
        for (Value input : inputs) {
            if (input.dtype() != DType.F32 || input.shape().elements() == 0) {
                return false;
            }
        }
        return true;
    }

    private static Sight sight(double scale, boolean causal) {
        return new Sight((float) scale, causal);
    }

    private Heads heads(Value value) {
        return Heads.of(value, backend);
    }

    private Value contiguous(Value value) {
        return value.layout().isContiguous()
                ? value.alias()
                : backend.execute(new Copy(Copy.Order.CONTIGUOUS), value)[0];
    }

    private Value[] allocate(Contraction op, Value... inputs) {
        List<ValueSpec> specs = ShapeRules.outputs(op, ValueSpec.of(inputs));
        return specs.stream().map(spec -> spec.allocate(pool)).toArray(Value[]::new);
    }

    /** Computes (q, k, v) to (out, lse), or returns null where they are no f32 values. */
    public Value @Nullable [] forward(Attention op, Value... inputs) {
        if (!areFloats(PARTS, inputs)) {
            return null;
        }
        Value[] outputs = allocate(op, inputs);
        try (Heads q = heads(inputs[0]);
                Heads k = heads(inputs[1]);
                Heads v = heads(inputs[2]);
                Heads out = heads(outputs[0])) {
            new HeadAttention(pool, sight(op.scale(), op.causal()), q, k, v).run(out, outputs[1].address());
        }
        return outputs;
    }

    /** Computes qkv to (out, lse), or returns null where it is no f32 value. */
    public Value @Nullable [] forward(SelfAttention op, Value... inputs) {
        if (!areFloats(1, inputs)) {
            return null;
        }
        Value[] outputs = allocate(op, inputs);
        try (Value packed = contiguous(inputs[0]);
                Heads q = Heads.part(packed, 0);
                Heads k = Heads.part(packed, 1);
                Heads v = Heads.part(packed, 2);
                Heads out = inside(outputs[0])) {
            new HeadAttention(pool, sight(op.scale(), op.causal()), q, k, v).run(out, outputs[1].address());
        }
        return outputs;
    }

    /** Sees [B, T, H, D] as heads. */
    private Heads inside(Value value) {
        try (Value view = value.view(value.layout().permute(0, 2, 1, 3))) {
            return heads(view);
        }
    }

    /** Computes (g, q, k, v, out, lse) to (dq, dk, dv), or returns null where they are no f32 values. */
    public Value @Nullable [] backward(AttentionGrad op, Value... inputs) {
        if (!areFloats(PARTS + 3, inputs)) {
            return null;
        }
        Value[] outputs = allocate(op, inputs);
        try (Heads g = heads(inputs[0]);
                Heads q = heads(inputs[1]);
                Heads k = heads(inputs[2]);
                Heads v = heads(inputs[3]);
                Heads out = heads(inputs[4]);
                Value lse = contiguous(inputs[5]);
                Heads dq = heads(outputs[0]);
                Heads dk = heads(outputs[1]);
                Heads dv = heads(outputs[2])) {
            var known = new HeadAttentionGrad.Known(g, q, k, v, out, lse.address());
            new HeadAttentionGrad(pool, sight(op.scale(), op.causal()), known).run(dq, dk, dv);
        }
        return outputs;
    }

    /** Computes (g, qkv, out, lse) to the gradient of qkv, or returns null where they are no f32 values. */
    public Value @Nullable [] backward(SelfAttentionGrad op, Value... inputs) {
        if (!areFloats(4, inputs)) {
            return null;
        }
        Value[] outputs = allocate(op, inputs);
        try (Heads g = inside(inputs[0]);
                Value packed = contiguous(inputs[1]);
                Heads q = Heads.part(packed, 0);
                Heads k = Heads.part(packed, 1);
                Heads v = Heads.part(packed, 2);
                Heads out = inside(inputs[2]);
                Value lse = contiguous(inputs[3]);
                Heads dq = Heads.part(outputs[0], 0);
                Heads dk = Heads.part(outputs[0], 1);
                Heads dv = Heads.part(outputs[0], 2)) {
            var known = new HeadAttentionGrad.Known(g, q, k, v, out, lse.address());
            new HeadAttentionGrad(pool, sight(op.scale(), op.causal()), known).run(dq, dk, dv);
        }
        return outputs;
    }
}
