package dev.lockstep.backend.cpu.kernel;

import dev.lockstep.backend.Value;
import dev.lockstep.backend.op.ChainLayout;
import dev.lockstep.backend.op.Elementwise;
import dev.lockstep.backend.op.Elementwise.Binary;
import dev.lockstep.backend.op.Elementwise.BinaryScalar;
import dev.lockstep.backend.op.Elementwise.Unary;
import dev.lockstep.backend.op.Fused;
import dev.lockstep.backend.op.Sampling;
import dev.lockstep.device.MemoryPool;
import dev.lockstep.device.Storage;
import dev.lockstep.layout.Layout;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One chain with its operands bound: a place for each input, number and link, and a step for each link. A place is
 * walked through with the blocks (an input or an output) or stays where it is (scratch memory). Confined to a thread.
 */
final class ChainRun implements AutoCloseable {
    /** How many floats of a chain there are at a time: most of a first-level cache. */
    private static final long CACHED = 8192;

    private static final long LEAST_BLOCK = 512;
    private static final long MOST_BLOCK = 2048;
    private static final Place NOWHERE = new Place(0, 0);

    private final Storage scratch;
    private final List<Place> places = new ArrayList<>();
    private final List<Step> steps = new ArrayList<>();
    private final long elements;
    private final long block;
    private long scratchUsed;

    /** A place of floats: a block of it starts at {@code address + walked * start}, in bytes. */
    private record Place(long address, int walked) {
        long at(long startBytes) {
            return address + walked * startBytes;
        }
    }

    /** The kernel of one link with its operands. */
    @FunctionalInterface
    private interface Step {
        void run(long startBytes, long count);
    }

    /** Binds a chain to inputs that {@link ElementChains} has found to fit. */
    ChainRun(MemoryPool pool, Fused op, Value[] inputs, Value[] outputs) {
        Layout whole = outputs[0].layout();
        this.elements = whole.shape().elements();
        long blocks = scratchBlocks(op);
        ChainLayout chain = new ChainLayout(whole);
        this.block = block(chain, inputs, blocks);
        this.scratch = pool.allocate(blocks * block * Float.BYTES);
        for (Value input : inputs) {
            places.add(
                    chain.isFull(input.layout())
                            ? new Place(input.address(), 1)
                            : repeated(input.address(), input.layout().rowIn(whole)));
        }
        @Nullable NormalizedTail[] tails = NormalizedTail.of(op);
        for (int i = 0; i < tails.length; i++) {
            NormalizedTail tail = tails[i];
            if (tail != null && tail.last() != i) {
                places.add(NOWHERE);
                continue;
            }
            int output = op.outputs().indexOf(i);
            Place result = output < 0 ? scratchBlock() : new Place(outputs[output].address(), 1);
            steps.add(tail == null ? step(op.links().get(i), result) : normalize(op, tail, result));
            places.add(result);
        }
    }

    /**
     * {@return a size of blocks that leaves all of a chain in the first-level cache; they begin with the rows that
     * repeat, and with a Philox block of four words}
     */
    private static long block(ChainLayout chain, Value[] inputs, long scratchBlocks) {
        long row = 1;
        for (Value input : inputs) {
            if (!chain.isFull(input.layout())) {
                row = Math.max(row, input.layout().rowIn(chain.whole())); // Shorter rows divide longer ones.
            }
        }
        long unit = row % 4 == 0 ? row : row % 2 == 0 ? 2 * row : 4 * row;
        long wanted = Math.clamp(CACHED / scratchBlocks, LEAST_BLOCK, MOST_BLOCK);
        return Math.max(unit, wanted / unit * unit);
    }

    /** {@return how many blocks at most: the inputs, and for each link its result and what it needs} */
    private static long scratchBlocks(Fused op) {
        long blocks = op.inputs();
        for (Fused.Link link : op.links()) {
            blocks += link.op() instanceof Elementwise.Normalize ? 5 : 2;
        }
        return blocks;
    }

    private Place scratchBlock() {
        Place place = new Place(scratch.address() + scratchUsed, 0);
        scratchUsed += block * Float.BYTES;
        return place;
    }

    /** Writes a row into a block again and again. */
    private Place repeated(long row, long length) {
        Place place = scratchBlock();
        long bytes = length * Float.BYTES;
        for (long to = 0; to < block * Float.BYTES; to += bytes) {
            Lanes.copy(row, place.address + to, bytes);
        }
        return place;
    }

    private Step step(Fused.Link link, Place y) {
        Place a = operand(link, 0);
        return switch (link.op()) {
            case Unary unary -> {
                UnaryKernel kernel = known(ElementKernels.of(unary.kind()), link);
                yield (start, count) -> kernel.run(a.at(start), y.at(start), count);
            }
            case Binary binary -> binary(known(ElementKernels.of(binary.kind()), link), a, operand(link, 1), y);
            case BinaryScalar scalar -> {
                BinaryKernel kernel = known(ElementKernels.of(scalar.kind()), link);
                Place number = number((float) scalar.scalar());
                yield scalar.scalarFirst() ? binary(kernel, number, a, y) : binary(kernel, a, number, y);
            }
            case Sampling.Dropout dropout -> dropout(dropout, a, y);
            case Elementwise.Normalize _, Elementwise.Clamp _, Elementwise.Where _ -> throw notSupported(link);
            case Elementwise.Cast _, Elementwise.Copy _ -> throw notSupported(link);
        };
    }

    private Place operand(Fused.Link link, int argument) {
        return places.get(link.arguments().get(argument));
    }

    private static Step binary(BinaryKernel kernel, Place a, Place b, Place y) {
        return (start, count) -> kernel.run(a.at(start), b.at(start), y.at(start), count);
    }

    private static AssertionError notSupported(Fused.Link link) {
        return new AssertionError("not supported in a chain: " + link);
    }

    /** A loop over the normalisation and what follows it; the four rows go side by side, as it wants them. */
    private Step normalize(Fused op, NormalizedTail tail, Place y) {
        Fused.Link link = op.links().get(tail.first());
        long blockBytes = block * Float.BYTES;
        Channels channels = new Channels(scratch.address() + scratchUsed, blockBytes);
        for (int i = 1; i <= 4; i++) {
            Lanes.copy(operand(link, i).address(), scratchBlock().address(), blockBytes);
        }
        NormalizeKernel kernel = tail.kernel();
        Place x = operand(link, 0);
        Place residual = tail.residual() < 0 ? x : places.get(tail.residual());
        return (start, count) -> kernel.run(x.at(start), residual.at(start), channels, y.at(start), count);
    }

    private Step dropout(Sampling.Dropout op, Place x, Place y) {
        PhiloxKernel philox = new PhiloxKernel(op.key());
        DropKernel drop = DropKernel.of(op);
        long words = scratchBlock().address();
        return (start, count) -> {
            philox.run(start / Float.BYTES / 4, Math.ceilDiv(count, 4L), words);
            drop.run(x.at(start), words, y.at(start), count);
        };
    }

    private Place number(float number) {
        Place place = scratchBlock();
        Fill.run(number, place.address, block);
        return place;
    }

    private static <K> K known(@Nullable K kernel, Fused.Link link) {
        if (kernel == null) {
            throw new AssertionError("no kernel for " + link);
        }
        return kernel;
    }

    /** Runs the chain over all elements. */
    void run() {
        for (long start = 0; start < elements; start += block) {
            long count = Math.min(block, elements - start);
            for (Step step : steps) {
                step.run(start * Float.BYTES, count);
            }
        }
    }

    @Override
    public void close() {
        scratch.release();
    }
}
