package dev.lockstep.benchmarks.kernel;

import static dev.lockstep.tensor.Tensors.randn;

import dev.lockstep.layout.DType;
import dev.lockstep.tensor.AttentionOptions;
import dev.lockstep.tensor.Autocast;
import dev.lockstep.tensor.Tensor;
import dev.lockstep.tensor.Tensors;
import java.util.Locale;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;

/** Attention of a sequence to itself: one op, and the chain of ops that it stands for. */
public class AttentionBenchmark extends KernelBenchmark {
    private static final double P = 0.1;

    /** Sequences x places x heads x width of a head. */
    @Param({"16x128x4x32", "4x512x8x64"})
    public String sizes = "";

    /** What hides keys: nothing, those to come, a bool [T, T] that says the same, or padding [B, 1, 1, T]. */
    @Param({"none", "causal", "mask", "padding"})
    public String hides = "";

    /** Whether weights are dropped. */
    @Param({"false", "true"})
    public boolean drops;

    /** What products round their factors to. */
    @Param({"f32", "bf16"})
    public String factors = "";

    private Tensor qkv = randn(1, 1, 1, 1, 1);
    private Tensor trained = qkv;
    private AttentionOptions options = AttentionOptions.DEFAULT;

    /** Makes a packed projection and the mask. */
    @Setup
    public void setUp() {
        long[] bthd = Results.sizes(sizes);
        qkv = randn(bthd[0], bthd[1], 3, bthd[2], bthd[3]);
        trained = qkv.clone().requiresGrad(true);
        AttentionOptions dropping = AttentionOptions.DEFAULT.dropout(drops ? P : 0);
        options = switch (hides) {
            case "causal" -> dropping.causal(true);
            case "mask" -> dropping.mask(before(bthd[1]));
            case "padding" -> dropping.mask(randn(bthd[0], 1, 1, bthd[1]).gt(-1));
            default -> dropping;
        };
    }

    /** True where a key does not lie after its query. */
    private static Tensor before(long places) {
        return Tensors.arange(places).unsqueeze(0).le(Tensors.arange(places).unsqueeze(1));
    }

    /** Forward, in one op. */
    @Benchmark
    public long forward() {
        try (var _ = autocast()) {
            return Results.of(() -> Tensors.selfAttention(qkv, options));
        }
    }

    /** Forward and backward, in one op each. */
    @Benchmark
    public long forwardAndGradient() {
        return gradient(() -> Tensors.selfAttention(trained, options));
    }

    /** Forward and backward as a chain. */
    @Benchmark
    public long chainAndGradient() {
        return gradient(this::chain);
    }

    private Tensor chain() {
        Tensor heads = trained.transpose(1, 3); // [B, H, 3, T, D]
        Tensor scores = heads.select(2, 0)
                .mul(1 / Math.sqrt(trained.size(-1)))
                .matmul(heads.select(2, 1).transpose(-2, -1));
        Tensor seen = hides.equals("causal") ? before(trained.size(1)) : options.mask();
        Tensor shown = seen == null ? scores : scores.maskedFill(seen.logicalNot(), Double.NEGATIVE_INFINITY);
        return shown.softmax(-1).dropout(drops ? P : 0).matmul(heads.select(2, 2));
    }

    private long gradient(java.util.function.Supplier<Tensor> attention) {
        try (var _ = dev.lockstep.tensor.Scope.open("benchmark");
                var _ = autocast()) {
            return attention.get().sum().backward().get(trained).value().address();
        }
    }

    private Autocast.Restore autocast() {
        return Autocast.to(DType.valueOf(factors.toUpperCase(Locale.ROOT)));
    }
}
