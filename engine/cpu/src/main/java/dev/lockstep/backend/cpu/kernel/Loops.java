package dev.lockstep.backend.cpu.kernel;

import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.LT;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/** The loops that row-wise kernels are put together from. */
final class Loops {
    static final UnaryKernel EXP = LoopTemplate.of((LaneUnary) LaneMath::exp);
    static final UnaryKernel LOG = LoopTemplate.of((LaneUnary) LaneMath::log);
    static final UnaryKernel SQRT = LoopTemplate.of((LaneUnary) FloatVector::sqrt);

    static final BinaryKernel ADD = LoopTemplate.of((LaneBinary) FloatVector::add);
    static final BinaryKernel SUB = LoopTemplate.of((LaneBinary) FloatVector::sub);
    static final BinaryKernel MUL = LoopTemplate.of((LaneBinary) FloatVector::mul);
    static final BinaryKernel DIV = LoopTemplate.of((LaneBinary) FloatVector::div);

    static final BinaryKernel MAX = LoopTemplate.of((LaneBinary) (a, b) -> a.lanewise(VectorOperators.MAX, b));
    static final BinaryKernel MIN = LoopTemplate.of((LaneBinary) (a, b) -> a.lanewise(VectorOperators.MIN, b));

    /** {@code fma(a, b, c)}. */
    static final TernaryKernel FMA = LoopTemplate.of((LaneTernary) FloatVector::fma);

    /** {@code a + k}. */
    static final NumberKernel ADD_NUMBER = LoopTemplate.ofNumber((k, a, _) -> a.add(k));

    /** {@code a - k}. */
    static final NumberKernel SUB_NUMBER = LoopTemplate.ofNumber((k, a, _) -> a.sub(k));

    /** {@code (a - k) b}. */
    static final NumberKernel MUL_DIFFERENCE = LoopTemplate.ofNumber((k, a, b) -> b.mul(a.sub(k)));

    /** {@code k a}. */
    static final NumberKernel MUL_NUMBER = LoopTemplate.ofNumber((k, a, _) -> k.mul(a));

    /** {@code a / k}. */
    static final NumberKernel DIV_NUMBER = LoopTemplate.ofNumber((k, a, _) -> a.div(k));

    /** {@code a < k ? k : a}: NaN stays. */
    static final NumberKernel AT_LEAST = LoopTemplate.ofNumber((k, a, _) -> a.blend(k, a.compare(LT, k)));

    /** {@code a > k ? k : a}: NaN stays. */
    static final NumberKernel AT_MOST = LoopTemplate.ofNumber((k, a, _) -> a.blend(k, a.compare(GT, k)));

    /** {@code fma(k, a, b)}. */
    static final NumberKernel FMA_NUMBER = LoopTemplate.ofNumber((k, a, b) -> k.fma(a, b));

    /** {@code b - k a}, two roundings. */
    static final NumberKernel SUB_MUL_NUMBER = LoopTemplate.ofNumber((k, a, b) -> b.sub(k.mul(a)));

    private Loops() {}
}
