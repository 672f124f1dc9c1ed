package dev.lockstep.autograd;

import dev.lockstep.backend.Backend;
import dev.lockstep.backend.Value;
import dev.lockstep.backend.op.BinaryKind;
import dev.lockstep.backend.op.Creation.Full;
import dev.lockstep.backend.op.CustomOp;
import dev.lockstep.backend.op.Elementwise.Copy;
import dev.lockstep.backend.op.Shaping.AsStrided;
import dev.lockstep.backend.op.Shaping.StridedGrad;
import dev.lockstep.layout.Layout;
import dev.lockstep.layout.Shape;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Note [Writes through views]. A write through a view changes its base and every other view of it, so their histories
 * change as well. The base's new history is its old one but for the elements that were written, whose history is that
 * of what was written there (torch's CopySlices). A view gets a new one from the base when it is next asked for: it is
 * a view of what the base is then. Nothing is computed here, the memory has been written already; what is recorded are
 * the gradients.
 */
public final class ViewHistory {
    private ViewHistory() {}

    /** Records that a part was written into the memory of a base, where {@code view} lies; both on one storage. */
    public static void write(Value base, Value part, Layout view) {
        Places places = Places.of(base.layout(), view);
        renew(base, new Write("write_through_view"), Rule.of(0, d -> written(d, places)), base, part);
    }

    /** Gives a view the history of being seen in its base as it is now. */
    public static void see(Value base, Value view) {
        Places places = Places.of(base.layout(), view.layout());
        Rule rule =
                Rule.linear(d -> places.back(d, d.run(new StridedGrad(places.line(), places.view()), d.gradient())));
        renew(view, new Write("view_of_written"), rule, base);
    }

    private static void renew(Value target, Write op, Rule rule, Value... from) {
        Value.@Nullable Slot before = target.slot();
        if (Arrays.stream(from).anyMatch(value -> value.slot() != null)) {
            Node.record(op, rule, from, new Value[] {target});
        } else {
            target.setSlot(null);
        }
        if (before != null) {
            before.close();
        }
    }

    private static @Nullable Value[] written(Derivation d, Places places) {
        Value flat = places.flat(d, d.gradient());
        Value part = d.needs(1) ? d.run(new AsStrided(places.view()), flat) : null;
        if (!d.needs(0)) {
            return new @Nullable Value[] {null, part};
        }
        Value ones = d.run(new Full(places.view().shape(), flat.dtype(), 1));
        Value marks = d.run(new StridedGrad(places.line(), places.view()), ones);
        Value kept = d.masked(d.scalar(BinaryKind.EQ, marks, 0), flat);
        return new @Nullable Value[] {places.back(d, kept), part};
    }

    /** Where a base and a view of it lie in the line of memory that begins with the base's first element. */
    private record Places(Layout base, Layout view) {
        static Places of(Layout base, Layout view) {
            Layout first = Layout.of(base.shape(), base.strides(), 0);
            return new Places(first, Layout.of(view.shape(), view.strides(), view.offset() - base.offset()));
        }

        Shape line() {
            return Shape.of(base.lastPlace() + 1);
        }

        /** Lays what has the base's shape out as it lies in memory, zeros in the gaps. */
        Value flat(Derivation d, Value x) {
            Value ordered = x.layout().isContiguous() ? x : d.run(new Copy(Copy.Order.CONTIGUOUS), x);
            return base.isContiguous() ? d.reshape(ordered, line()) : d.run(new StridedGrad(line(), base), ordered);
        }

        Value back(Derivation d, Value flat) {
            return base.isContiguous() ? d.reshape(flat, base.shape()) : d.run(new AsStrided(base), flat);
        }
    }

    /** Names what happened; it was executed before. */
    private record Write(String label) implements CustomOp {
        @Override
        public Value[] forward(Backend backend, Value... inputs) {
            throw new AssertionError(label + " is recorded, not executed");
        }

        @Override
        public @Nullable Value[] backward(
                Backend backend, List<Value> inputs, List<Value> outputs, @Nullable Value[] gradients) {
            throw new AssertionError(label + " has a rule of its own");
        }
    }
}
