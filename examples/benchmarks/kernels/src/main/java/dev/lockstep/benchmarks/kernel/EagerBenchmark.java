package dev.lockstep.benchmarks.kernel;

import static dev.lockstep.tensor.Tensors.eye;
import static dev.lockstep.tensor.Tensors.ones;

import dev.lockstep.tensor.Tensor;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;

/** What an op costs beside its arithmetic: chains of ops on tensors so small that the arithmetic is nothing. */
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@OperationsPerInvocation(EagerBenchmark.OPS)
public class EagerBenchmark extends KernelBenchmark {
    /** How many ops a chain has; times are of one op. */
    public static final int OPS = 100;

    /** Elements of each operand. */
    @Param({"8"})
    public int elements;

    private Tensor x = ones(1);
    private Tensor y = ones(1);
    private Tensor row = ones(1);
    private Tensor matrix = ones(1);

    /** Makes the operands. */
    @Setup
    public void setUp() {
        x = ones(elements).requiresGrad(true);
        y = ones(elements);
        row = ones(1, elements).requiresGrad(true);
        matrix = eye(elements);
    }

    /** Additions, nothing recorded. */
    @Benchmark
    public long addUnrecorded() {
        return Results.of(() -> chain(x, t -> t.add(y)));
    }

    /** Additions that are recorded for backward. */
    @Benchmark
    public long add() {
        return recorded(x, t -> t.add(y));
    }

    /** Multiplications, which save an operand. */
    @Benchmark
    public long mul() {
        return recorded(x, t -> t.mul(y));
    }

    /** Products of a row and a small matrix. */
    @Benchmark
    public long matmul() {
        return recorded(row, t -> t.matmul(matrix));
    }

    /** A multiplication with its share of a backward through the chain. */
    @Benchmark
    public long mulAndBackward() {
        try (var _ = dev.lockstep.tensor.Scope.open("benchmark")) {
            Tensor end = chain(x, t -> t.mul(y)).sum();
            return end.backward().get(x).value().address();
        }
    }

    private static long recorded(Tensor first, UnaryOperator<Tensor> op) {
        try (var _ = dev.lockstep.tensor.Scope.open("benchmark")) {
            return chain(first, op).value().address();
        }
    }

    private static Tensor chain(Tensor first, UnaryOperator<Tensor> op) {
        Tensor t = first;
        for (int i = 0; i < OPS; i++) {
            t = op.apply(t);
        }
        return t;
    }
}
