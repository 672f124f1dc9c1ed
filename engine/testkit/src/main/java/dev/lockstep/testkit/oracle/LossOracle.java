package dev.lockstep.testkit.oracle;

import dev.lockstep.tensor.CtcOptions;
import dev.lockstep.tensor.LossReduction;
import dev.lockstep.tensor.Losses;
import dev.lockstep.tensor.Tensor;
import dev.lockstep.tensor.Tensors;
import java.util.List;
import java.util.Locale;

/** Losses. */
final class LossOracle {
    private LossOracle() {}

    static OracleFunctions functions() {
        var table = new OracleFunctions("losses");
        for (LossReduction reduction : LossReduction.values()) {
            distances(table, reduction);
            likelihoods(table, reduction);
            embeddings(table, reduction);
        }
        weighted(table);
        detection(table);
        return table;
    }

    private static String dot(LossReduction reduction) {
        return "." + reduction.name().toLowerCase(Locale.ROOT);
    }

    private static void distances(OracleFunctions table, LossReduction r) {
        table.binary("mseLoss" + dot(r), (x, y) -> Losses.mseLoss(x, y, r))
                .binary("l1Loss" + dot(r), (x, y) -> Losses.l1Loss(x, y, r))
                .binary("smoothL1Loss" + dot(r), (x, y) -> Losses.smoothL1Loss(x, y, 0.7, r))
                .binary("huberLoss" + dot(r), (x, y) -> Losses.huberLoss(x, y, 0.7, r));
    }

    private static void likelihoods(OracleFunctions table, LossReduction r) {
        table.binary("klDiv" + dot(r), (x, y) -> Losses.klDiv(x, y, false, r))
                .binary("crossEntropy" + dot(r), (x, y) -> Tensors.crossEntropy(x, y, o -> o.reduction(r)))
                .many(
                        "nllLoss" + dot(r),
                        in -> Losses.nllLoss(
                                in.get(0).logSoftmax(1),
                                in.get(1),
                                o -> o.weight(in.get(2)).reduction(r)))
                .binary("binaryCrossEntropy" + dot(r), (x, y) -> Losses.binaryCrossEntropy(x, y, o -> o.reduction(r)))
                .binary(
                        "binaryCrossEntropyWithLogits" + dot(r),
                        (x, y) -> Losses.binaryCrossEntropyWithLogits(x, y, o -> o.reduction(r)))
                .many("ctcLoss" + dot(r), in -> ctc(in, CtcOptions.DEFAULT.reduction(r)));
    }

    private static Tensor ctc(List<Tensor> in, CtcOptions options) {
        return Losses.ctcLoss(in.get(0).logSoftmax(2), in.get(1), in.get(2), in.get(3), options);
    }

    private static void embeddings(OracleFunctions table, LossReduction r) {
        table.many(
                        "cosineEmbeddingLoss" + dot(r),
                        in -> Losses.cosineEmbeddingLoss(in.get(0), in.get(1), in.get(2), -0.5, r))
                .many(
                        "tripletMarginLoss" + dot(r),
                        in -> Losses.tripletMarginLoss(
                                in.get(0),
                                in.get(1),
                                in.get(2),
                                o -> o.margin(1.5).reduction(r)))
                .binary("hingeEmbeddingLoss" + dot(r), (x, t) -> Losses.hingeEmbeddingLoss(x, t, 1, r));
    }

    private static void weighted(OracleFunctions table) {
        table.binary("klDiv.log", (x, y) -> Losses.klDiv(x, y, true, LossReduction.SUM))
                .binary("klDiv.zero", (x, y) -> Losses.klDiv(x, y, false, LossReduction.SUM))
                .many("crossEntropy.weight", in -> Tensors.crossEntropy(in.get(0), in.get(1), o -> o.weight(in.get(2))))
                .binary("crossEntropy.smooth", (x, y) -> Tensors.crossEntropy(x, y, o -> o.labelSmoothing(0.1)))
                .many("crossEntropy.all", LossOracle::smoothAndWeighted)
                .many("crossEntropy.probabilities", LossOracle::smoothAndWeighted)
                .binary("crossEntropy.images", Tensors::crossEntropy)
                .many(
                        "binaryCrossEntropyWithLogits.weights",
                        in -> Losses.binaryCrossEntropyWithLogits(
                                in.get(0), in.get(1), o -> o.weight(in.get(2)).positiveWeight(in.get(3))))
                .binary("binaryCrossEntropy.edges", (x, y) -> Losses.binaryCrossEntropy(x, y, o -> o));
    }

    private static Tensor smoothAndWeighted(List<Tensor> in) {
        return Tensors.crossEntropy(
                in.get(0), in.get(1), o -> o.labelSmoothing(0.1).weight(in.get(2)));
    }

    private static void detection(OracleFunctions table) {
        table.binary("sigmoidFocalLoss", (x, t) -> Losses.sigmoidFocalLoss(x, t, 0.25, 2, LossReduction.MEAN))
                .binary("giouLoss", (a, b) -> Losses.giouLoss(a, b, 1e-7, LossReduction.SUM))
                .binary("diceLoss", (p, t) -> Losses.diceLoss(p, t, 1, LossReduction.MEAN))
                .many("ctcLoss.impossible", in -> ctc(in, CtcOptions.DEFAULT.reduction(LossReduction.NONE)))
                .many("ctcLoss.empty", in -> ctc(in, CtcOptions.DEFAULT.reduction(LossReduction.SUM)));
    }
}
