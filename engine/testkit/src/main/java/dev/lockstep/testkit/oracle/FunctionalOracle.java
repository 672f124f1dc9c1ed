package dev.lockstep.testkit.oracle;

import dev.lockstep.backend.op.Window;
import dev.lockstep.tensor.AttentionOptions;
import dev.lockstep.tensor.BatchStatistics;
import dev.lockstep.tensor.Conv3dOptions;
import dev.lockstep.tensor.ConvOptions;
import dev.lockstep.tensor.EmbeddingBagOptions;
import dev.lockstep.tensor.Functional;
import dev.lockstep.tensor.GridSampleOptions;
import dev.lockstep.tensor.PadMode;
import dev.lockstep.tensor.PoolOptions;
import dev.lockstep.tensor.ResampleMode;
import dev.lockstep.tensor.Tensor;
import dev.lockstep.tensor.Tensors;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** What layers compute. */
final class FunctionalOracle {
    private FunctionalOracle() {}

    static OracleFunctions functions() {
        var table = new OracleFunctions("functional");
        convolutions(table);
        otherConvolutions(table);
        pools(table);
        adaptive(table);
        norms(table);
        images(table);
        resampling(table);
        grids(table);
        lookups(table);
        attention(table);
        return table;
    }

    private static @Nullable Tensor bias(List<Tensor> in) {
        return in.size() > 2 ? in.get(2) : null;
    }

    private static void convolutions(OracleFunctions table) {
        Map.of(
                        "conv2d", ConvOptions.DEFAULT,
                        "conv2d.moved", ConvOptions.DEFAULT.stride(2, 1).padding(1, 2),
                        "conv2d.dilated", ConvOptions.DEFAULT.padding(2).dilation(2, 3),
                        "conv2d.groups", ConvOptions.DEFAULT.groups(2),
                        "conv2d.same", ConvOptions.DEFAULT.dilation(1, 2).samePadding())
                .forEach((key, options) ->
                        table.many(key, in -> Functional.conv2d(in.get(0), in.get(1), bias(in), options)));
        Map.of(
                        "conv1d", ConvOptions.DEFAULT,
                        "conv1d.moved", ConvOptions.of(2, 1).dilation(2),
                        "conv1d.same", ConvOptions.DEFAULT.samePadding())
                .forEach((key, options) ->
                        table.many(key, in -> Functional.conv1d(in.get(0), in.get(1), bias(in), options)));
    }

    private static void otherConvolutions(OracleFunctions table) {
        Conv3dOptions moved = Conv3dOptions.of(2, 1).groups(2);
        ConvOptions spread = ConvOptions.of(2, 1).dilation(2).groups(2);
        table.many("conv3d", in -> Functional.conv3d(in.get(0), in.get(1), bias(in), Conv3dOptions.of(1, 0)))
                .many("conv3d.moved", in -> Functional.conv3d(in.get(0), in.get(1), null, moved))
                .many(
                        "convTranspose2d",
                        in -> Functional.convTranspose2d(
                                in.get(0), in.get(1), bias(in), ConvOptions.DEFAULT, new long[] {0, 0}))
                .many(
                        "convTranspose2d.moved",
                        in -> Functional.convTranspose2d(in.get(0), in.get(1), bias(in), spread, new long[] {1, 1}))
                .many(
                        "convTranspose1d",
                        in -> Functional.convTranspose1d(in.get(0), in.get(1), bias(in), ConvOptions.of(2, 1), 1));
    }

    private static void pools(OracleFunctions table) {
        PoolOptions moved = PoolOptions.of(3, 2, 1);
        table.unary("maxPool2d", x -> x.maxPool2d(2))
                .unary("maxPool2d.moved", x -> Functional.maxPool2d(x, moved))
                .unary("maxPool2d.ceil", x -> Functional.maxPool2d(x, moved.ceilMode(true)))
                .many(
                        "maxPool2d.indices",
                        in -> Functional.maxPool2dWithIndices(in.get(0), new Window(2, 2, 2, 2, 0, 0)))
                .unary(
                        "maxPool2d.dilated",
                        x -> Functional.maxPool2d(
                                x, new PoolOptions(new Window(3, 2, 2, 2, 1, 1, 2, 3), false, true, 0)))
                .unary(
                        "maxPool2d.dilatedCeil",
                        x -> Functional.maxPool2d(x, moved.dilation(2).ceilMode(true)))
                .unary("avgPool2d", x -> x.avgPool2d(2))
                .unary("avgPool2d.moved", x -> Functional.avgPool2d(x, moved))
                .unary("avgPool2d.ceil", x -> Functional.avgPool2d(x, moved.ceilMode(true)))
                .unary(
                        "avgPool2d.excluded",
                        x -> Functional.avgPool2d(x, moved.ceilMode(true).countIncludePad(false)))
                .unary(
                        "avgPool2d.divisor",
                        x -> Functional.avgPool2d(x, PoolOptions.of(2).divisor(3)))
                .unary("maxPool1d", x -> Functional.maxPool1d(x, moved))
                .unary("maxPool1d.dilated", x -> Functional.maxPool1d(x, moved.dilation(2)))
                .unary("avgPool1d", x -> Functional.avgPool1d(x, moved.countIncludePad(false)));
    }

    private static void adaptive(OracleFunctions table) {
        table.unary("adaptiveAvgPool1d", x -> Functional.adaptiveAvgPool1d(x, 3))
                .unary("adaptiveMaxPool1d", x -> Functional.adaptiveMaxPool1d(x, 3))
                .unary("adaptiveAvgPool2d", x -> Functional.adaptiveAvgPool2d(x, 3, 4))
                .unary("adaptiveAvgPool2d.larger", x -> Functional.adaptiveAvgPool2d(x, 9, 1))
                .unary("adaptiveMaxPool2d", x -> Functional.adaptiveMaxPool2d(x, 3, 4));
    }

    private static void norms(OracleFunctions table) {
        table.many("layerNorm", in -> in.get(0).layerNorm(in.get(1), in.get(2), 1e-5))
                .many(
                        "batchNorm",
                        in -> in.get(0).batchNorm(in.get(1), in.get(2), 1e-5).output())
                .many(
                        "batchNorm.eval",
                        in -> in.get(0)
                                .batchNorm(new BatchStatistics(in.get(1), in.get(2)), in.get(3), in.get(4), 1e-5))
                .many("groupNorm", in -> Functional.groupNorm(in.get(0), 2, in.get(1), in.get(2), 1e-5))
                .many("instanceNorm", in -> Functional.instanceNorm(in.get(0), in.get(1), in.get(2), 1e-5))
                .many("rmsNorm", in -> Functional.rmsNorm(in.get(0), 1, in.get(1), 1e-6))
                .unary("normalize", x -> Functional.normalize(x, 2, 1, 1e-12))
                .binary("cosineSimilarity", (a, b) -> Functional.cosineSimilarity(a, b, 1, 1e-8))
                .binary("pairwiseDistance", (a, b) -> Functional.pairwiseDistance(a, b, 2, 1e-6));
    }

    private static void images(OracleFunctions table) {
        table.unary("pad", x -> Functional.pad(x, 1, 2, 0, 3))
                .unary("pad.number", x -> Functional.pad(x, PadMode.CONSTANT, 1.5, 1, -1, 2, 0))
                .unary("pad.reflect", x -> Functional.pad(x, PadMode.REFLECT, 0, 2, 1, 3, 2))
                .unary("pad.replicate", x -> Functional.pad(x, PadMode.REPLICATE, 0, 2, 1, 3, 2))
                .unary("pad.circular", x -> Functional.pad(x, PadMode.CIRCULAR, 0, 2, 1, 3, 2))
                .unary("unfold2d", x -> Functional.unfold(x, new Window(3, 2, 2, 1, 1, 1)))
                .unary("unfold2d.dilated", x -> Functional.unfold(x, new Window(2, 2, 1, 1, 0, 0, 2, 2)))
                .unary("fold", x -> Functional.fold(x, new Window(2, 2, 2, 2, 1, 1), 4, 5))
                .unary("pixelShuffle", x -> Functional.pixelShuffle(x, 2))
                .unary("pixelUnshuffle", x -> Functional.pixelUnshuffle(x, 2));
    }

    private static void resampling(OracleFunctions table) {
        Map<String, long[]> sizes = Map.of("larger", new long[] {7, 8}, "smaller", new long[] {3, 2});
        sizes.forEach((name, size) -> {
            table.unary("interpolate.nearest." + name, resize(ResampleMode.NEAREST, false, size));
            table.unary("interpolate.area." + name, resize(ResampleMode.AREA, false, size));
            table.unary("interpolate.bilinear." + name, resize(ResampleMode.LINEAR, false, size));
            table.unary("interpolate.bilinear." + name + ".aligned", resize(ResampleMode.LINEAR, true, size));
            table.unary("interpolate.bicubic." + name, resize(ResampleMode.CUBIC, false, size));
            table.unary("interpolate.bicubic." + name + ".aligned", resize(ResampleMode.CUBIC, true, size));
        });
        table.unary(
                        "interpolate.linear.factor",
                        x -> Functional.interpolate(x, ResampleMode.LINEAR, false, new double[] {1.75}))
                .unary(
                        "interpolate.nearest.factor",
                        x -> Functional.interpolate(x, ResampleMode.NEAREST, false, new double[] {2, 1.5}));
    }

    private static UnaryOperator<Tensor> resize(ResampleMode mode, boolean aligned, long... size) {
        return x -> Functional.interpolate(x, mode, aligned, size);
    }

    private static void grids(OracleFunctions table) {
        Map<String, PadMode> paddings =
                Map.of("zeros", PadMode.CONSTANT, "border", PadMode.REPLICATE, "reflection", PadMode.REFLECT);
        Map<String, ResampleMode> modes = Map.of("bilinear", ResampleMode.LINEAR, "nearest", ResampleMode.NEAREST);
        modes.forEach((mode, resample) -> paddings.forEach((padding, pad) -> {
            GridSampleOptions edges = GridSampleOptions.DEFAULT.mode(resample).padding(pad);
            String key = "gridSample." + mode + "." + padding;
            table.binary(key, (x, grid) -> Functional.gridSample(x, grid, edges));
            table.binary(key + ".aligned", (x, grid) -> Functional.gridSample(x, grid, edges.alignCorners(true)));
        }));
    }

    private static void lookups(OracleFunctions table) {
        table.binary("embedding", Tensors::embedding)
                .binary("embedding.padding", (i, w) -> Functional.embedding(i, w, 1))
                .many(
                        "embeddingBag.weights",
                        in -> Functional.embeddingBag(
                                in.get(0), in.get(1), null, EmbeddingBagOptions.DEFAULT.sampleWeights(in.get(2))));
        for (EmbeddingBagOptions.Mode mode : EmbeddingBagOptions.Mode.values()) {
            String name = mode.name().toLowerCase(Locale.ROOT);
            EmbeddingBagOptions options = EmbeddingBagOptions.DEFAULT.mode(mode);
            table.binary("embeddingBag." + name, (i, w) -> Functional.embeddingBag(i, w, null, options));
            table.many(
                    "embeddingBag.offsets." + name,
                    in -> Functional.embeddingBag(in.get(0), in.get(2), in.get(1), options));
        }
    }

    private static void attention(OracleFunctions table) {
        String key = "scaledDotProductAttention";
        AttentionOptions plain = AttentionOptions.DEFAULT;
        table.many(key, in -> attention(in, plain))
                .many(key + ".causal", in -> attention(in, plain.causal(true)))
                .many(key + ".mask", in -> attention(in, plain.mask(in.get(3))))
                .many(key + ".blind", in -> attention(in, plain.mask(in.get(3))))
                .many(key + ".padded", in -> attention(in, plain.mask(in.get(3))))
                .many(key + ".added", in -> attention(in, plain.mask(in.get(3))))
                .many(key + ".grouped", in -> attention(in, plain));
    }

    private static Tensor attention(List<Tensor> in, AttentionOptions options) {
        return Tensors.scaledDotProductAttention(in.get(0), in.get(1), in.get(2), options);
    }
}
