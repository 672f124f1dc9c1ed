package dev.lockstep.backend.cpu.onednn;

import dev.lockstep.backend.cpu.onednn.ConvolutionShape.Pass;
import dev.lockstep.device.MemoryPool;
import dev.lockstep.device.Storage;
import org.jspecify.annotations.Nullable;

/**
 * A convolution ready to run. Weights are C order outside; the plan moves them to oneDNN's layout and back on each run,
 * which is 0.02 to 0.3 % of a convolution's time.
 */
final class ConvolutionPlan implements Session.Plan {
    private final Pass pass;
    private final Primitive main;
    private final @Nullable Primitive reorder;
    private final long reorderedBytes;

    private ConvolutionPlan(Pass pass, Primitive main, @Nullable Primitive reorder, long reorderedBytes) {
        this.pass = pass;
        this.main = main;
        this.reorder = reorder;
        this.reorderedBytes = reorderedBytes;
    }

    /** Prepares a convolution for the calling thread. */
    static ConvolutionPlan of(ConvolutionShape shape) {
        Session session = Session.current();
        Pass pass = shape.pass();
        try (Descriptors owned = new Descriptors()) {
            ConvolutionDescriptors parts = new ConvolutionDescriptors(owned, session.engine(), shape);
            long descriptor = parts.describe(pass);
            boolean writesWeights = pass == Pass.WEIGHT_GRADIENT;
            long chosen =
                    Dnnl.queryDescriptor(descriptor, writesWeights ? Dnnl.QUERY_DIFF_WEIGHTS : Dnnl.QUERY_WEIGHTS);
            long[] descriptors = {parts.images, chosen, parts.outputs, parts.bias};
            Primitive main = session.prepare(descriptor, kinds(pass, shape.hasBias()), descriptors);
            if (Dnnl.equalDescriptors(parts.plainWeights, chosen)) {
                return new ConvolutionPlan(pass, main, null, 0);
            }
            long from = writesWeights ? chosen : parts.plainWeights;
            long to = writesWeights ? parts.plainWeights : chosen;
            Primitive reorder = session.prepare(
                    parts.describeReorder(from, to), new int[] {Dnnl.ARG_FROM, Dnnl.ARG_TO}, new long[] {from, to});
            return new ConvolutionPlan(pass, main, reorder, Dnnl.sizeBytes(chosen));
        }
    }

    private static int[] kinds(Pass pass, boolean hasBias) {
        return switch (pass) {
            case FORWARD ->
                hasBias
                        ? new int[] {Dnnl.ARG_SRC, Dnnl.ARG_WEIGHTS, Dnnl.ARG_DST, Dnnl.ARG_BIAS}
                        : new int[] {Dnnl.ARG_SRC, Dnnl.ARG_WEIGHTS, Dnnl.ARG_DST};
            case INPUT_GRADIENT -> new int[] {Dnnl.ARG_DIFF_SRC, Dnnl.ARG_WEIGHTS, Dnnl.ARG_DIFF_DST};
            case WEIGHT_GRADIENT -> new int[] {Dnnl.ARG_SRC, Dnnl.ARG_DIFF_WEIGHTS, Dnnl.ARG_DIFF_DST};
        };
    }

    /**
     * Computes one direction: of images, weights and outputs two are read and one is written; {@code bias} is 0 where
     * there is none.
     */
    void run(MemoryPool pool, long images, long weights, long outputs, long bias) {
        Primitive moving = reorder;
        if (moving == null) {
            runMain(pool, images, weights, outputs, bias);
            return;
        }
        Storage reordered = pool.allocate(reorderedBytes);
        try {
            if (pass != Pass.WEIGHT_GRADIENT) {
                moving.run(pool, weights, reordered.address());
            }
            runMain(pool, images, reordered.address(), outputs, bias);
            if (pass == Pass.WEIGHT_GRADIENT) {
                moving.run(pool, reordered.address(), weights);
            }
        } finally {
            reordered.release();
        }
    }

    private void runMain(MemoryPool pool, long images, long weights, long outputs, long bias) {
        if (bias == 0) {
            main.run(pool, images, weights, outputs);
        } else {
            main.run(pool, images, weights, outputs, bias);
        }
    }

    /** {@return the name of oneDNN's implementation} */
    String implementation() {
        return main.implementation();
    }

    @Override
    public void close() {
        main.close();
        if (reorder != null) {
            reorder.close();
        }
    }
}
