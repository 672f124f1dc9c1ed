package dev.lockstep.backend.cpu.kernel;

import dev.lockstep.backend.Value;
import dev.lockstep.backend.op.Elementwise;
import dev.lockstep.backend.op.Elementwise.Binary;
import dev.lockstep.backend.op.Elementwise.BinaryScalar;
import dev.lockstep.backend.op.Elementwise.Unary;
import dev.lockstep.backend.op.Fused;
import dev.lockstep.device.MemoryPool;
import dev.lockstep.device.Storage;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One chain with its operands bound: a place for each input, number and link, and a step for each link. A place is
 * walked through with the blocks (an input or an output) or stays where it is (scratch memory). Confined to a thread.
 */
final class ChainRun implements AutoCloseable {
    /** How many floats go through the chain at a time: sixteen such blocks are a first-level cache. */
    private static final int BLOCK = 512;

    private static final long BLOCK_BYTES = (long) BLOCK * Float.BYTES;

    private final Storage scratch;
    private final List<Place> places = new ArrayList<>();
    private final List<Step> steps = new ArrayList<>();
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

    ChainRun(MemoryPool pool, Fused op, Value[] inputs, Value[] outputs) {
        this.scratch = pool.allocate(2L * op.links().size() * BLOCK_BYTES); // A result and a number for each link.
        for (Value input : inputs) {
            places.add(new Place(input.address(), 1));
        }
        for (int i = 0; i < op.links().size(); i++) {
            int output = op.outputs().indexOf(i);
            Place result = output < 0 ? scratchBlock() : new Place(outputs[output].address(), 1);
            steps.add(step(op.links().get(i), result));
            places.add(result);
        }
    }

    private Place scratchBlock() {
        Place place = new Place(scratch.address() + scratchUsed, 0);
        scratchUsed += BLOCK_BYTES;
        return place;
    }

    private Step step(Fused.Link link, Place y) {
        Place a = places.get(link.arguments().getFirst());
        return switch (link.op()) {
            case Unary unary -> {
                UnaryKernel kernel = known(ElementKernels.of(unary.kind()), link);
                yield (start, count) -> kernel.run(a.at(start), y.at(start), count);
            }
            case Binary binary -> binary(known(ElementKernels.of(binary.kind()), link), a, second(link), y);
            case BinaryScalar scalar -> {
                BinaryKernel kernel = known(ElementKernels.of(scalar.kind()), link);
                Place number = number((float) scalar.scalar());
                yield scalar.scalarFirst() ? binary(kernel, number, a, y) : binary(kernel, a, number, y);
            }
            case Elementwise.Clamp _, Elementwise.Where _, Elementwise.Cast _, Elementwise.Copy _ ->
                throw new AssertionError("not supported in a chain: " + link);
        };
    }

    private Place second(Fused.Link link) {
        return places.get(link.arguments().get(1));
    }

    private static Step binary(BinaryKernel kernel, Place a, Place b, Place y) {
        return (start, count) -> kernel.run(a.at(start), b.at(start), y.at(start), count);
    }

    private Place number(float number) {
        Place place = scratchBlock();
        Fill.run(number, place.address, BLOCK);
        return place;
    }

    private static <K> K known(@Nullable K kernel, Fused.Link link) {
        if (kernel == null) {
            throw new AssertionError("no kernel for " + link);
        }
        return kernel;
    }

    /** Runs the chain over all elements. */
    void run(long elements) {
        for (long start = 0; start < elements; start += BLOCK) {
            long count = Math.min(BLOCK, elements - start);
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
