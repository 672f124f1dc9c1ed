package dev.lockstep.tensor;

import dev.lockstep.backend.op.Window;
import org.jspecify.annotations.Nullable;

/**
 * torch.nn.functional: what layers compute, as functions of tensors. Activations, products and the common layers are
 * methods of {@link Tensor}; losses are in {@link Losses}.
 */
public final class Functional {
    private Functional() {}

    /** Correlates sequences [N, C, L] with weight [out, C / groups, k], adding bias [out] unless null. */
    public static Tensor conv1d(Tensor x, Tensor weight, @Nullable Tensor bias, ConvOptions options) {
        return ImageOps.conv1d(x, weight, bias, options);
    }

    /** Correlates images [N, C, H, W] with weight [out, C / groups, kH, kW], adding bias [out] unless null. */
    public static Tensor conv2d(Tensor x, Tensor weight, @Nullable Tensor bias, ConvOptions options) {
        return ImageOps.conv2d(x, weight, bias, options);
    }

    /** Correlates volumes [N, C, D, H, W] with weight [out, C / groups, kD, kH, kW], adding bias [out] unless null. */
    public static Tensor conv3d(Tensor x, Tensor weight, @Nullable Tensor bias, Conv3dOptions options) {
        return ImageOps.conv3d(x, weight, bias, options);
    }

    /**
     * Spreads sequences [N, C, L] by weight [C, out / groups, k]: to {@code (L - 1) stride - 2 padding + dilation (k -
     * 1) + outputPadding + 1} elements.
     */
    public static Tensor convTranspose1d(
            Tensor x, Tensor weight, @Nullable Tensor bias, ConvOptions options, long outputPadding) {
        return ImageOps.convTranspose1d(x, weight, bias, options, outputPadding);
    }

    /** Spreads images [N, C, H, W] by weight [C, out / groups, kH, kW]; output padding of rows and columns. */
    public static Tensor convTranspose2d(
            Tensor x, Tensor weight, @Nullable Tensor bias, ConvOptions options, long[] outputPadding) {
        return ImageOps.convTranspose2d(x, weight, bias, options, outputPadding);
    }

    /** Takes the maximum of each window of sequences [N, C, L]. */
    public static Tensor maxPool1d(Tensor x, PoolOptions options) {
        return PoolingOps.alongColumns(x, options, PoolingOps::maxPool2d);
    }

    /** Takes the maximum of each window of images [N, C, H, W]. */
    public static Tensor maxPool2d(Tensor x, PoolOptions options) {
        return PoolingOps.maxPool2d(x, options);
    }

    /** Takes the maximum of each window and tells where in its plane of H x W it is (I64). */
    public static ValuesAndIndices maxPool2dWithIndices(Tensor x, Window window) {
        return PoolingOps.maxPool2dWithIndices(x, window);
    }

    /** Averages each window of sequences [N, C, L]. */
    public static Tensor avgPool1d(Tensor x, PoolOptions options) {
        return PoolingOps.alongColumns(x, options, PoolingOps::avgPool2d);
    }

    /** Averages each window of images [N, C, H, W]. */
    public static Tensor avgPool2d(Tensor x, PoolOptions options) {
        return PoolingOps.avgPool2d(x, options);
    }

    /** Averages the last axis in as many bins as wanted: {@code floor(i in / out) .. ceil((i + 1) in / out)}. */
    public static Tensor adaptiveAvgPool1d(Tensor x, long size) {
        return PoolingOps.adaptiveAvg(x, size);
    }

    /** Averages the last two axes in as many bins as wanted. */
    public static Tensor adaptiveAvgPool2d(Tensor x, long height, long width) {
        return PoolingOps.adaptiveAvg(x, height, width);
    }

    /** Takes the maximum of the last axis in as many bins as wanted. */
    public static Tensor adaptiveMaxPool1d(Tensor x, long size) {
        return PoolingOps.adaptiveMax(x, size);
    }

    /** Takes the maximum of the last two axes in as many bins as wanted. */
    public static Tensor adaptiveMaxPool2d(Tensor x, long height, long width) {
        return PoolingOps.adaptiveMax(x, height, width);
    }

    /** Normalises [N, C, ...] over each group of channels (Wu and He 2018), then scales and shifts each channel. */
    public static Tensor groupNorm(Tensor x, int groups, @Nullable Tensor weight, @Nullable Tensor bias, double eps) {
        return FeatureOps.groupNorm(x, groups, weight, bias, eps);
    }

    /** Normalises each channel of each sample of [N, C, ...] (Ulyanov et al. 2016). */
    public static Tensor instanceNorm(Tensor x, @Nullable Tensor weight, @Nullable Tensor bias, double eps) {
        return FeatureOps.groupNorm(x, Math.toIntExact(x.size(1)), weight, bias, eps);
    }

    /**
     * Divides by the root of the mean square over the last {@code axes} axes (Zhang and Sennrich 2019), then scales.
     */
    public static Tensor rmsNorm(Tensor x, int axes, @Nullable Tensor weight, double eps) {
        return FeatureOps.rmsNorm(x, axes, weight, eps);
    }

    /** Zeroes whole channels of [N, C, L] with probability p and scales the rest by 1 / (1 - p). */
    public static Tensor dropout1d(Tensor x, double p) {
        return FeatureOps.channelDropout("dropout1d", x, p);
    }

    /** Zeroes whole channels of [N, C, H, W] with probability p and scales the rest by 1 / (1 - p). */
    public static Tensor dropout2d(Tensor x, double p) {
        return FeatureOps.channelDropout("dropout2d", x, p);
    }

    /** Looks rows up; row {@code paddingIndex} gets no gradient. */
    public static Tensor embedding(Tensor index, Tensor weight, long paddingIndex) {
        return FeatureOps.embedding(index, weight, paddingIndex);
    }

    /**
     * Folds bags of rows of weight [V, D]: index [N, L] has a bag a row; index [L] with offsets [B] has the bags one
     * after the other. Gives [bags, D].
     */
    public static Tensor embeddingBag(
            Tensor index, Tensor weight, @Nullable Tensor offsets, EmbeddingBagOptions options) {
        return FeatureOps.embeddingBag(index, weight, offsets, options);
    }

    /** Resamples [N, C, ...] to given sizes of the last axes. */
    public static Tensor interpolate(Tensor x, ResampleMode mode, boolean alignCorners, long... sizes) {
        return ResamplingOps.interpolate(x, mode, alignCorners, sizes);
    }

    /** Resamples [N, C, ...] by a factor an axis; sizes are rounded down. */
    public static Tensor interpolate(Tensor x, ResampleMode mode, boolean alignCorners, double[] factors) {
        return ResamplingOps.interpolate(x, mode, alignCorners, factors);
    }

    /** Reads images [N, C, H, W] at places [N, H', W', 2], each (x, y) in [-1, 1]: [N, C, H', W']. */
    public static Tensor gridSample(Tensor x, Tensor grid, GridSampleOptions options) {
        return ResamplingOps.gridSample(x, grid, options);
    }

    /** Pads with zeros; amounts before and after, the last axis first. Negative amounts cut. */
    public static Tensor pad(Tensor x, long... amounts) {
        return PaddingOps.pad(x, PadMode.CONSTANT, 0, amounts);
    }

    /** Pads with a number, or with elements of the tensor; amounts before and after, the last axis first. */
    public static Tensor pad(Tensor x, PadMode mode, double value, long... amounts) {
        return PaddingOps.pad(x, mode, value, amounts);
    }

    /** Takes each window's patch out of images: [N, C, H, W] to [N, C kH kW, L]. */
    public static Tensor unfold(Tensor x, Window window) {
        return ImageOps.unfold(x, window);
    }

    /** Adds patches [N, C kH kW, L] up in images: [N, C, height, width]. */
    public static Tensor fold(Tensor patches, Window window, long height, long width) {
        return ImageOps.fold(patches, window, height, width);
    }

    /** Makes pixels of channels: [N, C r^2, H, W] to [N, C, H r, W r] (Shi et al. 2016). */
    public static Tensor pixelShuffle(Tensor x, int factor) {
        return FeatureOps.pixelShuffle(x, factor);
    }

    /** Makes channels of pixels: [N, C, H r, W r] to [N, C r^2, H, W]. */
    public static Tensor pixelUnshuffle(Tensor x, int factor) {
        return FeatureOps.pixelUnshuffle(x, factor);
    }

    /** Divides by the p-norm along an axis, at least {@code eps}. */
    public static Tensor normalize(Tensor x, double p, int axis, double eps) {
        return FeatureOps.normalize(x, p, axis, eps);
    }

    /** Gives the cosine of the angle between vectors along an axis; lengths count at least {@code eps}. */
    public static Tensor cosineSimilarity(Tensor a, Tensor b, int axis, double eps) {
        return FeatureOps.cosineSimilarity(a, b, axis, eps);
    }

    /** Gives the p-norm of {@code a - b + eps} along the last axis. */
    public static Tensor pairwiseDistance(Tensor a, Tensor b, double p, double eps) {
        return FeatureOps.pairwiseDistance(a, b, p, eps);
    }
}
