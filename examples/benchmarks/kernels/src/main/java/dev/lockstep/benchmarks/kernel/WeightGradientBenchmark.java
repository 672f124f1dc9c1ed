package dev.lockstep.benchmarks.kernel;

import static dev.lockstep.tensor.Tensors.randn;

import dev.lockstep.backend.Backend;
import dev.lockstep.backend.Backends;
import dev.lockstep.backend.Value;
import dev.lockstep.backend.op.Contraction;
import dev.lockstep.backend.op.Update;
import dev.lockstep.device.Device;
import dev.lockstep.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;

/** A weight's gradient, summed over virtual ranks that share a batch. */
public class WeightGradientBenchmark extends KernelBenchmark {
    /** Rows of the batch x out x in. */
    @Param({"128x512x784", "128x512x512"})
    public String sizes = "";

    /** How many virtual ranks. */
    @Param({"1", "2", "4", "8", "16"})
    public int ranks;

    private final Backend backend = Backends.of(Device.CPU);
    private final List<Tensor> owners = new ArrayList<>();
    private Value[] factors = new Value[0];

    /** Makes each virtual rank's factors: the output's gradient, turned, and the layer's input. */
    @Setup
    public void setUp() {
        long[] of = Results.sizes(sizes);
        long rows = Math.max(1, of[0] / ranks);
        factors = new Value[2 * ranks];
        for (int i = 0; i < factors.length; i += 2) {
            factors[i] = kept(randn(rows, of[1]).transpose(0, 1));
            factors[i + 1] = kept(randn(rows, of[2]));
        }
    }

    private Value kept(Tensor tensor) {
        owners.add(tensor);
        return tensor.value();
    }

    /** Computes product after product: the second of a pair adds itself to the first, pairs are added. */
    @Benchmark
    public long oneByOne() {
        try (Value sum = sum(0, ranks)) {
            return sum.address();
        }
    }

    private Value sum(int from, int to) {
        if (to - from == 1) {
            return backend.execute(new Contraction.Matmul(), factors[2 * from], factors[2 * from + 1])[0];
        }
        int split = (from + to) / 2;
        Value left = sum(from, split);
        if (to - split == 1) {
            backend.execute(new Update.AddMatmulInto(), left, factors[2 * split], factors[2 * split + 1]);
        } else {
            try (Value right = sum(split, to)) {
                backend.execute(new Update.AddInto(), left, right);
            }
        }
        return left;
    }

    /** Computes the sum of all products. */
    @Benchmark
    public long together() {
        try (Value sum = backend.execute(new Contraction.ProductSum(), factors)[0]) {
            return sum.address();
        }
    }
}
