package dev.lockstep.collectives.parallel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.lockstep.layout.DType;
import dev.lockstep.layout.Shape;
import dev.lockstep.train.ReductionPlan;
import dev.lockstep.train.TensorSpec;
import dev.lockstep.train.TensorSpec.Role;
import java.util.List;
import org.junit.jupiter.api.Test;

class BucketLayoutTest {
    private static TensorSpec floats(long count, Role role) {
        return new TensorSpec("t", Shape.of(count), DType.F32, role);
    }

    private static List<List<Integer>> buckets(BucketSizes sizes, TensorSpec... specs) {
        return BucketLayout.of(new ReductionPlan(1, List.of(specs), "none", "any"), sizes).buckets().stream()
                .map(BucketLayout.Bucket::tensors)
                .toList();
    }

    /** 8 bytes are enough for the first bucket, 16 for each other one: tensors of 1, 1, 4, 2 and 1 floats, in turn. */
    @Test
    void fillsBucketsInReverseOrderOfRegistration() {
        assertEquals(
                List.of(List.of(4, 3), List.of(2), List.of(1, 0)),
                buckets(
                        new BucketSizes(8, 16),
                        floats(1, Role.GRADIENT),
                        floats(2, Role.GRADIENT),
                        floats(4, Role.GRADIENT),
                        floats(1, Role.GRADIENT),
                        floats(1, Role.BUFFER)));
    }

    @Test
    void addsTensorsUntilThereIsEnough() {
        assertEquals(
                List.of(List.of(1, 0)),
                buckets(new BucketSizes(8, 16), floats(100, Role.GRADIENT), floats(1, Role.GRADIENT)));
    }

    @Test
    void givesALargeTensorABucketOfItsOwn() {
        assertEquals(
                List.of(List.of(1), List.of(0)),
                buckets(new BucketSizes(8, 16), floats(100, Role.GRADIENT), floats(100, Role.GRADIENT)));
    }

    @Test
    void leavesOutWhatIsNotSummed() {
        TensorSpec counter = new TensorSpec("steps", Shape.of(1), DType.I64, Role.BUFFER);
        assertEquals(
                List.of(List.of(0)),
                buckets(BucketSizes.DEFAULT, floats(1, Role.GRADIENT), counter, floats(9, Role.RANK_STATE)));
    }

    @Test
    void keepsDtypesApart() {
        TensorSpec half = new TensorSpec("h", Shape.of(2), DType.BF16, Role.GRADIENT);
        assertEquals(
                List.of(List.of(2, 0), List.of(1)),
                buckets(BucketSizes.DEFAULT, floats(1, Role.GRADIENT), half, floats(1, Role.BUFFER)));
    }

    @Test
    void refusesEmptyBuckets() {
        assertThrows(IllegalArgumentException.class, () -> new BucketSizes(0, 1));
    }
}
