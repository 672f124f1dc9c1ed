package dev.lockstep.autograd;

import dev.lockstep.backend.Value;
import dev.lockstep.backend.op.Elementwise;
import dev.lockstep.backend.op.Shaping;
import dev.lockstep.backend.op.Shaping.AsStrided;
import dev.lockstep.backend.op.Shaping.Concat;
import dev.lockstep.backend.op.Shaping.Detach;
import dev.lockstep.backend.op.Shaping.Diagonal;
import dev.lockstep.backend.op.Shaping.Expand;
import dev.lockstep.backend.op.Shaping.Narrow;
import dev.lockstep.backend.op.Shaping.NarrowGrad;
import dev.lockstep.backend.op.Shaping.Permute;
import dev.lockstep.backend.op.Shaping.Reshape;
import dev.lockstep.backend.op.Shaping.StridedGrad;
import dev.lockstep.backend.op.Shaping.Unfold;
import dev.lockstep.layout.Layout;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The gradients of ops that move elements: the elements of g, moved back. */
final class ShapingGradients {
    private ShapingGradients() {}

    static Rule rule(Shaping op) {
        return switch (op) {
            case Reshape reshape -> Rule.linear(d -> d.reshape(d.gradient(), d.inputShape(0)));
            case Permute permute -> Rule.linear(d -> d.run(inverse(permute), d.gradient()));
            case Expand expand -> Rule.linear(d -> d.sumTo(d.gradient(), d.inputShape(0)));
            case Narrow narrow -> Rule.linear(d -> narrow(d, narrow));
            case NarrowGrad placed -> Rule.linear(d -> placed(d, placed));
            case AsStrided view -> Rule.linear(d -> spread(d, view.places()));
            case Diagonal view ->
                Rule.linear(d -> spread(d, whole(d).diagonal(view.offset(), view.first(), view.second())));
            case Unfold view -> Rule.linear(d -> spread(d, whole(d).unfold(view.axis(), view.size(), view.step())));
            case StridedGrad sum -> Rule.linear(d -> d.run(new AsStrided(sum.places()), contiguous(d)));
            case Concat concat -> Rule.of(0, d -> parts(d, concat.axis()));
            case Detach detach -> Rule.NONE;
        };
    }

    static Permute inverse(Permute op) {
        List<Integer> order = op.order();
        Integer[] back = new Integer[order.size()];
        for (int i = 0; i < back.length; i++) {
            back[order.get(i)] = i;
        }
        return new Permute(Arrays.asList(back));
    }

    private static Value narrow(Derivation d, Narrow op) {
        return d.run(new NarrowGrad(d.inputShape(0), op.axis(), op.start(), op.step()), d.gradient());
    }

    private static Value placed(Derivation d, NarrowGrad op) {
        long length = d.inputShape(0).size(op.axis());
        return d.run(new Narrow(op.axis(), op.start(), length, op.step()), d.gradient());
    }

    private static Layout whole(Derivation d) {
        return Layout.contiguous(d.inputShape(0));
    }

    private static Value spread(Derivation d, Layout places) {
        return d.run(new StridedGrad(d.inputShape(0), places), d.gradient());
    }

    private static Value contiguous(Derivation d) {
        Value g = d.gradient();
        return g.layout().isContiguous() ? g : d.run(new Elementwise.Copy(Elementwise.Copy.Order.CONTIGUOUS), g);
    }

    private static @Nullable Value[] parts(Derivation d, int axis) {
        @Nullable Value[] parts = new Value[d.inputCount()];
        long start = 0;
        for (int i = 0; i < parts.length; i++) {
            long length = d.inputShape(i).size(axis);
            parts[i] = d.needs(i) ? d.run(new Narrow(axis, start, length, 1), d.gradient()) : null;
            start += length;
        }
        return parts;
    }
}
