package dev.lockstep.tensor;

import dev.lockstep.backend.op.Window;
import org.jspecify.annotations.Nullable;

/** The methods of {@link Tensor} that layers are made of: products, convolutions, pooling, normalisation, dropout. */
public sealed interface NeuralMethods permits Tensor {
    /** Multiplies matrices: [..., M, K] by [..., K, N]; leading axes broadcast, vectors as in torch. */
    default Tensor matmul(Tensor other) {
        return ContractionOps.matmul((Tensor) this, other);
    }

    /** Multiplies two matrices: [M, K] by [K, N]. */
    default Tensor mm(Tensor other) {
        return ContractionOps.mm((Tensor) this, other);
    }

    /** Multiplies batches of matrices: [B, M, K] by [B, K, N]. */
    default Tensor bmm(Tensor other) {
        return ContractionOps.bmm((Tensor) this, other);
    }

    /** Multiplies a matrix by a vector: [M, K] by [K]. */
    default Tensor mv(Tensor vector) {
        return ContractionOps.matmul((Tensor) this, vector);
    }

    /** Multiplies two vectors: [K] by [K] to a 0-dim tensor. */
    default Tensor dot(Tensor other) {
        return ContractionOps.matmul((Tensor) this, other);
    }

    /** Multiplies each of a vector by each of another: [M] and [N] to [M, N]. */
    default Tensor outer(Tensor other) {
        return ((Tensor) this).unsqueeze(1).mul(other.unsqueeze(0));
    }

    /** Applies an affine map: {@code x W^T + b} for x [..., in], weight [out, in], bias [out] or null. */
    default Tensor linear(Tensor weight, @Nullable Tensor bias) {
        return ContractionOps.linear((Tensor) this, weight, bias);
    }

    /** Correlates images [N, C, H, W] with weight [out, C, kH, kW], adding bias [out] unless null. */
    default Tensor conv2d(Tensor weight, @Nullable Tensor bias, int stride, int padding) {
        return ImageOps.conv2d((Tensor) this, weight, bias, ConvOptions.of(stride, padding));
    }

    /** Correlates images [N, C, H, W] with weight [out, C / groups, kH, kW], adding bias [out] unless null. */
    default Tensor conv2d(Tensor weight, @Nullable Tensor bias, ConvOptions options) {
        return ImageOps.conv2d((Tensor) this, weight, bias, options);
    }

    /** Takes the maximum of each kernel x kernel window of [N, C, H, W]; stride as the kernel. */
    default Tensor maxPool2d(int kernel) {
        return PoolingOps.maxPool2d((Tensor) this, new Window(kernel, kernel, kernel, kernel, 0, 0));
    }

    /** Takes the maximum of each window of [N, C, H, W]. */
    default Tensor maxPool2d(Window window) {
        return PoolingOps.maxPool2d((Tensor) this, window);
    }

    /** Averages each kernel x kernel window of [N, C, H, W]; stride as the kernel. */
    default Tensor avgPool2d(int kernel) {
        return PoolingOps.avgPool2d((Tensor) this, new Window(kernel, kernel, kernel, kernel, 0, 0));
    }

    /** Averages each window of [N, C, H, W]; padding counts as zeros. */
    default Tensor avgPool2d(Window window) {
        return PoolingOps.avgPool2d((Tensor) this, window);
    }

    /**
     * Normalises over the last axes (those of {@code weight}): {@code (x - mean) / sqrt(var + eps) * weight + bias}.
     */
    default Tensor layerNorm(Tensor weight, Tensor bias, double eps) {
        return NormalizationOps.layerNorm((Tensor) this, weight, bias, eps);
    }

    /** Normalises each channel of [N, C, ...] with the batch's own statistics, which are returned too. */
    default BatchNormResult batchNorm(Tensor weight, Tensor bias, double eps) {
        return NormalizationOps.batchNorm((Tensor) this, weight, bias, eps);
    }

    /** Normalises each channel of [N, C, ...] with given statistics (evaluation). */
    default Tensor batchNorm(BatchStatistics statistics, Tensor weight, Tensor bias, double eps) {
        return NormalizationOps.batchNorm((Tensor) this, statistics, weight, bias, eps);
    }

    /** Zeroes elements with probability p and scales the rest by 1 / (1 - p); keyed by {@link RandomSource#current}. */
    default Tensor dropout(double p) {
        return ContractionOps.dropout((Tensor) this, p);
    }
}
