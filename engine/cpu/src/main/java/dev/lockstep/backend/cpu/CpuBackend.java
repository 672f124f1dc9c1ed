package dev.lockstep.backend.cpu;

import dev.lockstep.backend.Backend;
import dev.lockstep.backend.Value;
import dev.lockstep.backend.cpu.kernel.BatchNorms;
import dev.lockstep.backend.cpu.kernel.Copies;
import dev.lockstep.backend.cpu.kernel.Creations;
import dev.lockstep.backend.cpu.kernel.ElementChains;
import dev.lockstep.backend.cpu.kernel.Elements;
import dev.lockstep.backend.cpu.kernel.IndexedElements;
import dev.lockstep.backend.cpu.kernel.LayerNorms;
import dev.lockstep.backend.cpu.kernel.Losses;
import dev.lockstep.backend.cpu.kernel.LstmCells;
import dev.lockstep.backend.cpu.kernel.Pooling;
import dev.lockstep.backend.cpu.kernel.Reductions;
import dev.lockstep.backend.cpu.kernel.RowReads;
import dev.lockstep.backend.cpu.kernel.RowSums;
import dev.lockstep.backend.cpu.kernel.Samples;
import dev.lockstep.backend.cpu.kernel.Updates;
import dev.lockstep.backend.cpu.onednn.Attentions;
import dev.lockstep.backend.cpu.onednn.Convolutions;
import dev.lockstep.backend.cpu.onednn.LstmScans;
import dev.lockstep.backend.cpu.onednn.OneDnn;
import dev.lockstep.backend.cpu.onednn.Products;
import dev.lockstep.backend.cpu.onednn.RoundedProducts;
import dev.lockstep.backend.op.Contraction;
import dev.lockstep.backend.op.Convolution;
import dev.lockstep.backend.op.Creation;
import dev.lockstep.backend.op.CustomOp;
import dev.lockstep.backend.op.Elementwise;
import dev.lockstep.backend.op.Fused;
import dev.lockstep.backend.op.Indexing;
import dev.lockstep.backend.op.Loss;
import dev.lockstep.backend.op.Normalization;
import dev.lockstep.backend.op.Op;
import dev.lockstep.backend.op.Recurrence;
import dev.lockstep.backend.op.Reduction;
import dev.lockstep.backend.op.Sampling;
import dev.lockstep.backend.op.Shaping;
import dev.lockstep.backend.op.Update;
import dev.lockstep.backend.scalar.RecurrenceKernels;
import dev.lockstep.backend.scalar.ScalarBackend;
import dev.lockstep.device.Device;
import dev.lockstep.device.MemoryPool;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/**
 * Computes on the host's processor. Products and convolutions of f32 values go to oneDNN, other f32 work on dense
 * values to the Vector API kernels, what neither covers to the scalar backend; which one it is depends on op, shapes,
 * dtypes and layouts only. Each call runs on the calling thread alone. Thread-safe.
 */
public final class CpuBackend implements Backend {
    private final MemoryPool memory;
    private final Backend scalar;
    private final Products products;
    private final RoundedProducts roundedProducts;
    private final Attentions attentions;
    private final Convolutions convolutions;
    private final BatchNorms batchNorms;
    private final Copies copies;
    private final Creations creations;
    private final Elements elements;
    private final ElementChains chains;
    private final Pooling pooling;
    private final IndexedElements indexedElements;
    private final RowReads rowReads;
    private final RowSums rowSums;
    private final Samples samples;
    private final Updates updates;
    private final Reductions reductions;
    private final Losses losses;
    private final LayerNorms layerNorms;
    private final LstmCells lstmCells;
    private final LstmScans lstmScans;

    /**
     * Makes a backend that allocates from a pool of host memory.
     *
     * @throws IllegalStateException saying what was looked for and what was found, if oneDNN is missing or does not
     *     load
     */
    public CpuBackend(MemoryPool memory) {
        OneDnn.open();
        this.memory = memory;
        this.scalar = new ScalarBackend(memory);
        this.products = new Products(this);
        this.roundedProducts = RoundedProducts.of(this);
        this.attentions = new Attentions(this);
        this.convolutions = new Convolutions(this);
        this.batchNorms = new BatchNorms(memory);
        this.copies = new Copies(memory);
        this.creations = new Creations(memory);
        this.elements = new Elements(memory);
        this.chains = new ElementChains(memory);
        this.pooling = new Pooling(memory);
        this.indexedElements = new IndexedElements(memory);
        this.rowReads = new RowReads(memory);
        this.rowSums = new RowSums(memory);
        this.samples = new Samples(memory);
        this.updates = new Updates();
        this.reductions = new Reductions(this);
        this.losses = new Losses(this);
        this.layerNorms = new LayerNorms(this);
        this.lstmCells = new LstmCells(this);
        this.lstmScans = new LstmScans(this);
    }

    @Override
    public Device device() {
        return Device.CPU;
    }

    @Override
    public MemoryPool memory() {
        return memory;
    }

    @Override
    public boolean supports(Op op) {
        return !(op instanceof Fused fused) || ElementChains.supports(fused);
    }

    @Override
    public Value[] execute(Op op, Value... inputs) {
        Value @Nullable [] outputs = switch (op) {
            case Contraction.Attention _,
                    Contraction.AttentionGrad _,
                    Contraction.SelfAttention _,
                    Contraction.SelfAttentionGrad _ -> attentions.tryExecute(op, inputs);
            case Contraction.RoundedProduct product -> roundedProducts.tryExecute(product, inputs);
            case Contraction contraction -> products.tryExecute(contraction, inputs);
            case Convolution.MaxPool2d _,
                    Convolution.MaxPool2dGrad _,
                    Convolution.AvgPool2d _,
                    Convolution.AvgPool2dGrad _ -> pooling.tryExecute((Convolution) op, inputs);
            case Convolution convolution -> convolutions.tryExecute(convolution, inputs);
            case Elementwise.Copy copy -> copies.execute(copy, inputs);
            case Elementwise.Normalize normalize -> chains.tryExecute(Fused.of(normalize), inputs);
            case Elementwise elementwise -> elements.tryExecute(elementwise, inputs);
            case Reduction reduction -> reductions.tryExecute(reduction, inputs);
            case Loss loss -> losses.tryExecute(loss, inputs);
            case Normalization.LayerNorm norm -> layerNorms.forward(norm, inputs);
            case Normalization.LayerNormGrad gradient -> layerNorms.backward(gradient, inputs);
            case Fused fused -> chains.tryExecute(fused, inputs);
            case CustomOp custom -> custom.forward(this, inputs);
            case Indexing indexing -> index(indexing, inputs);
            case Normalization.BatchNorm _, Normalization.BatchStatistics _, Normalization.BatchNormGrad _ ->
                batchNorms.tryExecute((Normalization) op, inputs);
            case Recurrence recurrence -> recur(recurrence, inputs);
            case Sampling sampling -> samples.tryExecute(sampling, inputs);
            case Shaping shaping -> copies.tryExecute(shaping, inputs);
            case Update.AddMatmulInto _ -> products.tryAddInto(inputs);
            case Update.ProductSumInto _ -> products.tryProductSumInto(inputs);
            case Update update -> updates.tryExecute(update, inputs);
            case Creation creation -> creations.tryExecute(creation);
        };
        return outputs == null ? scalar.execute(op, inputs) : outputs;
    }

    private Value @Nullable [] index(Indexing op, Value... inputs) {
        return switch (op) {
            case Indexing.Embedding _, Indexing.IndexSelect _ -> rowReads.tryExecute(op, inputs);
            case Indexing.EmbeddingGrad _, Indexing.IndexSelectGrad _ -> rowSums.tryExecute(op, inputs);
            case Indexing.Gather _, Indexing.GatherGrad _, Indexing.Scatter _ -> indexedElements.tryExecute(op, inputs);
        };
    }

    private Value[] recur(Recurrence op, Value... inputs) {
        Value @Nullable [] outputs = lstmScans.tryExecute(op, inputs);
        outputs = outputs == null ? lstmCells.tryExecute(op, inputs) : outputs;
        return outputs == null ? RecurrenceKernels.run(this, op, inputs) : outputs;
    }

    @Override
    public String numericsFingerprint() {
        return "lockstep " + version() + "; oneDNN " + OneDnn.version() + " on " + OneDnn.instructionSet() + "; JDK "
                + Runtime.version();
    }

    private static String version() {
        try (InputStream in = CpuBackend.class.getResourceAsStream("version.properties")) {
            if (in == null) {
                throw new IllegalStateException("cpu: version.properties is missing beside " + CpuBackend.class);
            }
            Properties properties = new Properties();
            properties.load(in);
            return properties.getProperty("version");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
