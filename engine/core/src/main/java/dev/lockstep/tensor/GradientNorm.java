package dev.lockstep.tensor;

import dev.lockstep.autograd.GradMode;
import dev.lockstep.layout.DType;
import dev.lockstep.layout.SumTree;
import dev.lockstep.layout.VirtualRanks;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * The norm over many tensors with one fixed order of summing: each tensor in blocks of 64 Ki elements, the blocks of
 * all tensors in a row, and the binary tree of {@link SumTree} over the row, in f64.
 */
final class GradientNorm {
    private static final long BLOCK = 64 * 1024;

    private GradientNorm() {}

    static double of(List<Tensor> gradients) {
        List<Double> blocks = new ArrayList<>();
        try (var _ = GradMode.noGrad();
                var _ = Scope.open("norm")) {
            for (Tensor gradient : gradients) {
                addBlocks(gradient, blocks);
            }
        }
        return blocks.isEmpty() ? 0 : Math.sqrt(sum(blocks, new VirtualRanks(0, blocks.size())));
    }

    private static void addBlocks(Tensor gradient, List<Double> blocks) {
        DType dtype = gradient.dtype() == DType.F64 ? DType.F64 : DType.F32;
        Tensor squares = gradient.to(dtype).contiguous().flatten().square();
        for (long start = 0; start < squares.numel(); start += BLOCK) {
            Tensor block = squares.narrow(0, start, Math.min(BLOCK, squares.numel() - start));
            blocks.add(block.sum().item());
        }
    }

    private static double sum(List<Double> blocks, VirtualRanks node) {
        if (node.count() == 1) {
            return blocks.get(node.from());
        }
        int split = SumTree.split(node);
        return sum(blocks, new VirtualRanks(node.from(), split)) + sum(blocks, new VirtualRanks(split, node.to()));
    }

    static void scaleInPlace(Collection<Tensor> gradients, double factor) {
        try (var _ = GradMode.noGrad()) {
            gradients.forEach(gradient -> gradient.mul_(factor));
        }
    }

    static void clampInPlace(Collection<Tensor> gradients, double max) {
        try (var _ = GradMode.noGrad();
                var _ = Scope.open("clipValue")) {
            gradients.forEach(gradient -> gradient.copy_(gradient.clamp(-max, max)));
        }
    }
}
