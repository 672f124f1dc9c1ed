package dev.lockstep.collectives.parallel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lockstep.backend.Backends;
import dev.lockstep.backend.Value;
import dev.lockstep.collectives.GroupOptions;
import dev.lockstep.collectives.ProcessGroup;
import dev.lockstep.collectives.TransportProcessGroup;
import dev.lockstep.collectives.parallel.BucketLayout.Bucket;
import dev.lockstep.collectives.transport.InProcessTransport;
import dev.lockstep.device.Device;
import dev.lockstep.device.MemoryPool;
import dev.lockstep.layout.DType;
import dev.lockstep.layout.Layout;
import dev.lockstep.layout.Shape;
import dev.lockstep.layout.VirtualRanks;
import dev.lockstep.train.NodeSum;
import dev.lockstep.train.ReductionPlan;
import dev.lockstep.train.StepScalars;
import dev.lockstep.train.TensorSpec;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.ref.WeakReference;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Gradients that lie where they are read: of three floats, an integer, and twenty floats; see {@link NodeRooms}. */
class NodeRoomsTest {
    private static final VirtualRanks MINE = new VirtualRanks(0, 3); // The nodes [0, 2) and [2, 3).
    private static final VirtualRanks ALL = new VirtualRanks(0, 4);

    private final MemoryPool pool = Backends.of(Device.CPU).memory();
    private final ReductionPlan plan =
            new ReductionPlan(4, List.of(spec(3, DType.F32), spec(1, DType.I64), spec(20, DType.F32)), "none", "any");
    private final StepReduction reduction = new StepReduction(plan, BucketSizes.DEFAULT, pool);
    private final Bucket bucket = reduction.buckets().getFirst();
    private final ProcessGroup group = group(1);

    private static TensorSpec spec(long count, DType dtype) {
        return new TensorSpec("t", Shape.of(count), dtype, TensorSpec.Role.GRADIENT);
    }

    private static ProcessGroup group(long generation) {
        return new TransportProcessGroup(
                InProcessTransport.connectShared(1, generation, System::nanoTime)
                        .getFirst(),
                GroupOptions.defaults());
    }

    private Value place(int tensor, int virtualRank) {
        return reduction.rooms().place(group, MINE, tensor, virtualRank).orElseThrow();
    }

    private boolean hasPlace(VirtualRanks mine, int tensor, int virtualRank) {
        return reduction.rooms().place(group, mine, tensor, virtualRank).isPresent();
    }

    private static Value filled(Value value, float number) {
        for (long i = 0; i < value.shape().elements(); i++) {
            value.storage().segment().setAtIndex(ValueLayout.JAVA_FLOAT, i, number);
        }
        return value;
    }

    private Value elsewhere(int tensor, float number) {
        Shape shape = plan.tensors().get(tensor).shape();
        long sizeBytes = shape.elements() * Float.BYTES;
        return filled(new Value(pool.allocate(sizeBytes), Layout.contiguous(shape), DType.F32), number);
    }

    private StepSum start(@Nullable Value... tensors) {
        List<NodeSum> mine = List.of(node(tensors));
        StepSum sum = reduction.begin(group);
        sum.start(bucket, fold(mine), mine);
        return sum;
    }

    private static NodeSum node(@Nullable Value... tensors) {
        return new NodeSum(ALL, Arrays.asList(tensors), StepScalars.of(Map.of()));
    }

    private HeaderFold fold(List<NodeSum> mine) {
        return new HeaderFold(4, List.of(new StepHeader(0, -1, StepNodes.describe(plan, mine))));
    }

    private NodeSum finish(StepSum sum) {
        return sum.finish(fold(List.of(node(null, null, null))));
    }

    private static void assertAll(float number, @Nullable Value value) {
        float[] wanted = new float[(int) value.shape().elements()];
        Arrays.fill(wanted, number);
        MemorySegment memory = StepReduction.memory(value);
        assertArrayEquals(wanted, memory.toArray(ValueLayout.JAVA_FLOAT));
    }

    @Test
    void everyTensorOfANodeHasItsCacheLinesInABucket() {
        List<MemorySegment> rooms = reduction.rooms().of(group, bucket, 2, true);
        assertEquals(List.of(2, 0), bucket.tensors());
        assertEquals(128 + 64, rooms.getFirst().byteSize());
        assertEquals(rooms.get(0).address(), place(2, 0).address());
        assertEquals(rooms.get(0).address() + 128, place(0, 0).address());
        assertEquals(rooms.get(1).address() + 128, place(0, 2).address());
        assertEquals(Shape.of(3), place(0, 2).shape());
    }

    @Test
    void onlyWhatIsSummedAndBeginsANodeHasAPlace() {
        assertFalse(hasPlace(MINE, 1, 0));
        assertFalse(hasPlace(MINE, 0, 1));
        assertFalse(hasPlace(MINE, 0, 3));
        assertTrue(hasPlace(MINE, 0, 2));
        assertFalse(hasPlace(ALL, 0, 2));
    }

    @Test
    void whatLiesInItsPlaceAndWhatLiesElsewhereAreSummed() {
        Value there = filled(reduction.rooms().place(group, ALL, 2, 0).orElseThrow(), 5);
        Value elsewhere = elsewhere(0, 7);
        try (StepSum sum = start(elsewhere, null, there)) {
            assertFalse(there.storage().isExclusive());
            NodeSum total = finish(sum);
            assertAll(7, total.tensor(0));
            assertAll(5, total.tensor(2));
            assertNotEquals(there.address(), total.tensor(2).address());
        }
        assertTrue(there.storage().isExclusive());
        assertTrue(elsewhere.storage().isExclusive());
    }

    @Test
    void whatWasGivenToASumThatFailedStaysShared() {
        Value there = filled(reduction.rooms().place(group, ALL, 2, 0).orElseThrow(), 5);
        Value elsewhere = elsewhere(0, 7);
        start(elsewhere, null, there).close();
        assertFalse(there.storage().isExclusive());
        assertTrue(elsewhere.storage().isExclusive());
        assertAll(5, there);
        ProcessGroup next = group(2);
        Value again = reduction.rooms().place(next, ALL, 2, 0).orElseThrow();
        assertNotEquals(there.address(), again.address());
    }

    @Test
    void aBucketThatOnceLackedATensorIsLaidOutAnewEachTime() {
        Value there = filled(reduction.rooms().place(group, ALL, 0, 0).orElseThrow(), 3);
        try (StepSum sum = start(there, null, null)) {
            assertAll(3, finish(sum).tensor(0));
        }
        assertAll(3, there);
        assertFalse(hasPlace(ALL, 0, 0));
        try (StepSum sum = start(elsewhere(0, 1), null, elsewhere(2, 2))) {
            NodeSum total = finish(sum);
            assertAll(1, total.tensor(0));
            assertAll(2, total.tensor(2));
        }
    }

    @Test
    void roomsOfAnEarlierGenerationAreCollectedAfterTheFirstSumsOfTheNext() {
        WeakReference<MemorySegment> earlier = new WeakReference<>(roomOf(group(2)));
        ProcessGroup next = group(3);
        reduction.begin(next).close();
        reduction.begin(next).close();
        assertTrue(earlier.refersTo(null), "the garbage collector was asked");
    }

    private MemorySegment roomOf(ProcessGroup generation) {
        return reduction.rooms().of(generation, bucket, 1, true).getFirst();
    }
}
