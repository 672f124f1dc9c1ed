package dev.lockstep.backend;

import dev.lockstep.backend.op.Shaping;
import dev.lockstep.layout.Layout;
import dev.lockstep.layout.Shape;
import java.util.List;

/** Shape rules of views and of ops that move elements. */
final class ShapingShapes {
    private ShapingShapes() {}

    static List<ValueSpec> outputs(Shaping op, Inputs in) {
        return switch (op) {
            case Shaping.View view -> {
                in.expect(1);
                yield List.of(new ValueSpec(view(view, in), in.dtype(0)));
            }
            case Shaping.NarrowGrad grad -> narrowGrad(grad, in);
            case Shaping.StridedGrad grad -> stridedGrad(grad, in);
            case Shaping.Concat concat -> concat(in.axis(0, concat.axis()), in);
        };
    }

    private static Layout view(Shaping.View op, Inputs in) {
        Layout layout = in.specs().get(0).layout();
        return switch (op) {
            case Shaping.Reshape(Shape shape) -> layout.reshape(shape).orElseGet(() -> Layout.contiguous(shape));
            case Shaping.Permute(List<Integer> order) ->
                layout.permute(order.stream().mapToInt(Integer::intValue).toArray());
            case Shaping.Expand(Shape shape) -> layout.expand(shape);
            case Shaping.Narrow(int axis, long start, long length, long step) ->
                layout.narrow(axis, start, length, step);
            case Shaping.AsStrided(Layout places) -> asStrided(places, in);
            case Shaping.Diagonal(long offset, int first, int second) -> layout.diagonal(offset, first, second);
            case Shaping.Unfold(int axis, long size, long step) -> layout.unfold(axis, size, step);
            case Shaping.Detach() -> layout;
        };
    }

    private static Layout asStrided(Layout places, Inputs in) {
        Layout layout = in.specs().get(0).layout();
        if (!layout.isContiguous() || places.lastPlace() >= in.shape(0).elements()) {
            throw in.refuse(places + " leaves the " + in.shape(0).elements() + " elements of " + layout);
        }
        return Layout.of(places.shape(), places.strides(), layout.offset() + places.offset());
    }

    private static List<ValueSpec> stridedGrad(Shaping.StridedGrad op, Inputs in) {
        in.expect(1);
        in.expectShape(0, op.places().shape(), "the gradient");
        if (op.places().lastPlace() >= op.shape().elements()) {
            throw in.refuse(op.places() + " leaves the elements of " + op.shape());
        }
        return Inputs.contiguous(op.shape(), in.dtype(0));
    }

    private static List<ValueSpec> narrowGrad(Shaping.NarrowGrad op, Inputs in) {
        in.expect(1);
        int axis = op.shape().axis(op.axis());
        Layout whole = in.shape(0).rank() == 4 && in.specs().get(0).layout().isChannelsLast()
                ? Layout.channelsLast(op.shape())
                : Layout.contiguous(op.shape());
        long length = in.shape(0).rank() == op.shape().rank() ? in.shape(0).size(axis) : 0;
        Layout part = whole.narrow(axis, op.start(), length, op.step());
        in.expectShape(0, part.shape(), "the gradient");
        return List.of(new ValueSpec(whole, in.dtype(0)));
    }

    private static List<ValueSpec> concat(int axis, Inputs in) {
        in.expectSameDtype();
        long total = 0;
        boolean channelsLast = true;
        for (ValueSpec spec : in.specs()) {
            boolean fits = spec.shape().rank() == in.shape(0).rank()
                    && spec.shape().with(axis, 0).equals(in.shape(0).with(axis, 0));
            if (!fits) {
                throw in.refuse("shapes differ outside of axis " + axis + ": " + in.shape(0) + " and " + spec.shape());
            }
            total += spec.shape().size(axis);
            channelsLast &= spec.layout().isChannelsLast() && !spec.layout().isContiguous();
        }
        Shape shape = in.shape(0).with(axis, total);
        return channelsLast ? Inputs.channelsLast(shape, in.dtype(0)) : Inputs.contiguous(shape, in.dtype(0));
    }
}
