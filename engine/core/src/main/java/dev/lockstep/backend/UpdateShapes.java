package dev.lockstep.backend;

import dev.lockstep.backend.op.Update;
import dev.lockstep.layout.Layout;
import dev.lockstep.layout.Shape;
import java.util.List;

/** Shape rules of in-place ops, which have no outputs. */
final class UpdateShapes {
    private UpdateShapes() {}

    static List<ValueSpec> outputs(Update op, Inputs in) {
        switch (op) {
            case Update.CopyInto() -> copyInto(in);
            case Update.AddInto() -> equalShapes(in, 2);
            case Update.AddMatmulInto() -> addMatmulInto(in);
            case Update.ProductSumInto() -> productSumInto(in);
            case Update.ScaleInto scale -> equalShapes(in, 1);
            case Update.Sgd sgd -> equalShapes(in, sgd.momentum() == 0 ? 2 : 3);
            case Update.Adam adam -> equalShapes(in, 4);
            case Update.RmsProp rule -> equalShapes(in, 3 + (rule.centered() ? 1 : 0) + (rule.momentum() > 0 ? 1 : 0));
            case Update.Adagrad rule -> equalShapes(in, 3);
            case Update.Adadelta rule -> equalShapes(in, 4);
            case Update.Adamax rule -> equalShapes(in, 4);
            case Update.Moments rule -> equalShapes(in, 4);
            case Update.Lion rule -> equalShapes(in, 3);
        }
        return List.of();
    }

    private static void copyInto(Inputs in) {
        in.expect(2);
        in.expectSameDtype();
        Shape wanted = in.broadcast(in.shape(0), in.shape(1));
        if (!wanted.equals(in.shape(0))) {
            throw in.refuse(in.shape(1) + " does not broadcast to " + in.shape(0));
        }
        expectWritable(in, 0);
    }

    private static void addMatmulInto(Inputs in) {
        in.expect(3);
        in.expectFloating();
        in.expectSameDtype();
        in.expectRank(0, 2, "the sum", "[M, N]");
        in.expectRank(1, 2, "the left factor", "[M, K]");
        in.expectRank(2, 2, "the right factor", "[K, N]");
        if (in.shape(1).size(1) != in.shape(2).size(0)) {
            throw in.refuse("inner sizes differ: " + in.shape(1) + " x " + in.shape(2));
        }
        in.expectShape(0, Shape.of(in.shape(1).size(0), in.shape(2).size(1)), "the sum");
        expectInOrder(in);
    }

    private static void productSumInto(Inputs in) {
        in.expectFloating();
        Inputs factors = new Inputs(in.op(), in.specs().subList(1, in.specs().size()));
        in.expectShape(0, ContractionShapes.productSum(factors).getFirst().shape(), "the sum");
        expectInOrder(in);
    }

    private static void expectInOrder(Inputs in) {
        if (!in.specs().getFirst().layout().isContiguous()) {
            throw in.refuse(
                    "the sum must be in C order, got " + in.specs().getFirst().layout());
        }
    }

    private static void equalShapes(Inputs in, int count) {
        in.expect(count);
        in.expectFloating();
        for (int i = 0; i < count; i++) {
            in.expectShape(i, in.shape(0), "input " + i);
        }
        for (int i = 0; i < count; i++) {
            if (i != 1) { // Input 1 is what is added: only read.
                expectWritable(in, i);
            }
        }
    }

    /** Refuses an expanded view, of which several elements share one place. */
    private static void expectWritable(Inputs in, int i) {
        Layout layout = in.specs().get(i).layout();
        if (layout.isExpanded()) {
            throw in.refuse("cannot write an expanded view (" + layout + "); copy it first");
        }
    }
}
