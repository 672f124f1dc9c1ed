package dev.lockstep.backend.scalar;

import dev.lockstep.backend.Value;
import dev.lockstep.backend.op.Shaping;
import dev.lockstep.layout.Layout;

/** Ops that move elements. Views that need a copy come here too. */
final class ShapingKernels {
    private ShapingKernels() {}

    static void run(Shaping op, Value[] in, Value out) {
        switch (op) {
            case Shaping.View view -> Elements.copy(in[0], in[0].layout(), out, Layout.contiguous(in[0].shape()));
            case Shaping.NarrowGrad grad -> narrowGrad(grad, in[0], out);
            case Shaping.StridedGrad grad -> stridedGrad(grad.places(), in[0], out);
            case Shaping.Concat concat -> concat(concat.axis(), in, out);
        }
    }

    private static void narrowGrad(Shaping.NarrowGrad op, Value g, Value out) {
        out.storage().segment().asSlice(0, out.storage().sizeBytes()).fill((byte) 0);
        Layout part = out.layout().narrow(op.axis(), op.start(), g.shape().size(op.axis()), op.step());
        Elements.copy(g, g.layout(), out, part);
    }

    private static void stridedGrad(Layout places, Value g, Value out) {
        if (!g.dtype().isFloating()) {
            long[] sums = new long[Rows.count(out.shape())];
            long[] numbers = Elements.integers(g);
            Rows.walk(places, row -> {
                for (int i = 0; i < row.length(); i++) {
                    sums[(int) row.place(i)] += numbers[row.at() + i];
                }
            });
            Elements.write(out, sums);
            return;
        }
        double[] sums = new double[Rows.count(out.shape())];
        double[] numbers = Elements.reals(g);
        Arithmetic m = Arithmetic.of(g.dtype());
        Rows.walk(places, row -> {
            for (int i = 0; i < row.length(); i++) {
                int place = (int) row.place(i);
                sums[place] = m.add(sums[place], numbers[row.at() + i]);
            }
        });
        Elements.write(out, sums);
    }

    private static void concat(int axis, Value[] in, Value out) {
        long start = 0;
        for (Value part : in) {
            long length = part.shape().size(axis);
            Elements.copy(part, part.layout(), out, out.layout().narrow(axis, start, length, 1));
            start += length;
        }
    }
}
