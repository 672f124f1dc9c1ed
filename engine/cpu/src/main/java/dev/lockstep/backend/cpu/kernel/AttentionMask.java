package dev.lockstep.backend.cpu.kernel;

import dev.lockstep.backend.Backend;
import dev.lockstep.backend.Value;
import dev.lockstep.backend.ValueSpec;
import dev.lockstep.backend.cpu.kernel.AttentionColumns.Scores;
import dev.lockstep.backend.op.Creation;
import dev.lockstep.backend.op.Elementwise;
import dev.lockstep.layout.DType;
import dev.lockstep.layout.Layout;
import dev.lockstep.layout.Shape;
import jdk.incubator.vector.FloatVector;

/**
 * A mask of attention as numbers that are added to scores, which lie as those do, a row for each key. Confined to its
 * thread.
 */
public final class AttentionMask implements AutoCloseable {
    private static final BatchKernel<Addition> EACH = Apart.of(AttentionMask::addEach);
    private static final BatchKernel<Addition> SAME = Apart.of(AttentionMask::addSame);

    /** [B, H, S, T]: an axis has size 1 where all share it, else T is padded to whole vectors. */
    private final Value numbers;

    private final long heads;

    /** Scores and what is added to the first query's score of the first key, {@code step} floats from key to key. */
    private record Addition(Scores scores, long address, long step) {}

    private AttentionMask(Value numbers, long heads) {
        this.numbers = numbers;
        this.heads = heads;
    }

    /** Lays out a mask [B, H, T, S] of bools or f32 numbers for as many heads a sequence. */
    public static AttentionMask of(Backend backend, Value mask, long heads) {
        Shape shape = mask.shape();
        long places = shape.size(2) == 1 ? 1 : AttentionColumns.padded(shape.size(2));
        Shape turned = Shape.of(shape.size(0), shape.size(1), shape.size(3), places);
        Value numbers = ValueSpec.contiguous(turned, DType.F32).allocate(backend.memory());
        Layout target = Layout.of(
                turned.with(3, shape.size(2)), Layout.contiguous(turned).strides(), 0);
        try (Value addends = addends(backend, mask)) {
            StridedCopy.run(addends, addends.layout().permute(0, 1, 3, 2), numbers, target);
        }
        return new AttentionMask(numbers, heads);
    }

    private static Value addends(Backend backend, Value mask) {
        if (mask.dtype() != DType.BOOL) {
            return mask.alias();
        }
        try (Value seen = number(backend, 0);
                Value hidden = number(backend, Double.NEGATIVE_INFINITY)) {
            return backend.execute(new Elementwise.Where(), mask, seen, hidden)[0];
        }
    }

    private static Value number(Backend backend, double number) {
        return backend.execute(new Creation.Full(Shape.of(), DType.F32, number))[0];
    }

    /** Turns a head's scores s into {@code scale s + mask}. */
    public void add(Scores scores, long head) {
        Shape shape = numbers.shape();
        long sequence = shape.size(0) == 1 ? 0 : head / heads;
        long matrix = sequence * shape.size(1) + (shape.size(1) == 1 ? 0 : head % heads);
        long address = numbers.address() + matrix * shape.size(2) * shape.size(3) * Float.BYTES;
        long step = shape.size(2) == 1 ? 0 : shape.size(3);
        if (shape.size(3) == 1) {
            SAME.run(new Addition(scores, address, step));
        } else {
            EACH.run(new Addition(scores, address + scores.first() * Float.BYTES, step));
        }
    }

    private static void addEach(Addition of) {
        Scores scores = of.scores();
        FloatVector scale = Lanes.all(scores.sight().scale());
        for (long lane = 0; lane < scores.queries(); lane += Lanes.COUNT) {
            long column = scores.address() + lane * Float.BYTES;
            long addends = of.address() + lane * Float.BYTES;
            for (long key = 0; key < scores.keys(); key++) {
                long at = scores.row(column, key);
                FloatVector addend = Lanes.load(addends + key * of.step() * Float.BYTES);
                Lanes.store(Lanes.load(at).mul(scale).add(addend), at);
            }
        }
    }

    /** Adds one number a key for all queries. */
    private static void addSame(Addition of) {
        Scores scores = of.scores();
        FloatVector scale = Lanes.all(scores.sight().scale());
        for (long key = 0; key < scores.keys(); key++) {
            FloatVector addend = Lanes.all(Lanes.get(of.address() + key * of.step() * Float.BYTES));
            long row = scores.row(scores.address(), key);
            for (long lane = 0; lane < scores.queries(); lane += Lanes.COUNT) {
                long at = row + lane * Float.BYTES;
                Lanes.store(Lanes.load(at).mul(scale).add(addend), at);
            }
        }
    }

    @Override
    public void close() {
        numbers.close();
    }
}
