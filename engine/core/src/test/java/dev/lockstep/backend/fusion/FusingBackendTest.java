package dev.lockstep.backend.fusion;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lockstep.backend.Value;
import dev.lockstep.backend.op.BinaryKind;
import dev.lockstep.backend.op.Creation;
import dev.lockstep.backend.op.Elementwise.Binary;
import dev.lockstep.backend.op.Elementwise.BinaryScalar;
import dev.lockstep.backend.op.Elementwise.Unary;
import dev.lockstep.backend.op.Fused;
import dev.lockstep.backend.op.Op;
import dev.lockstep.backend.op.Shaping;
import dev.lockstep.backend.op.UnaryKind;
import dev.lockstep.backend.op.Update;
import dev.lockstep.layout.DType;
import dev.lockstep.layout.Layout;
import dev.lockstep.layout.Shape;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class FusingBackendTest extends FusingFixture {
    private static final Op TWICE = new BinaryScalar(BinaryKind.MUL, 2, false);
    private static final Op PLUS_ONE = new BinaryScalar(BinaryKind.ADD, 1, false);
    private static final Op SQUARE = new Unary(UnaryKind.SQUARE);
    private static final Op ADD = new Binary(BinaryKind.ADD);

    private Value full(double number, long... sizes) {
        Value value = run(new Creation.Full(Shape.of(sizes), DType.F32, number));
        below.ops.clear();
        return value;
    }

    @Test
    void aChainRunsAsOneOpWhenItsResultIsRead() {
        Value x = full(3, 64, 64);
        Value y = run(SQUARE, run(PLUS_ONE, run(TWICE, x)));
        assertEquals(List.of(), below.ops);
        assertEquals(49, read(y));
        assertEquals(1, below.ops.size());
        assertEquals(
                3, assertInstanceOf(Fused.class, below.ops.getFirst()).links().size());
        assertEquals(49, read(y));
        assertEquals(1, below.ops.size(), "and is not computed twice");
    }

    @Test
    void whatNobodyReadsIsNeverComputed() {
        run(SQUARE, full(3, 4096));
        owned.removeLast().close();
        assertEquals(List.of(), below.ops);
    }

    @Test
    void oneOpAloneIsPassedOnAsItIs() {
        assertEquals(9, read(run(SQUARE, full(3, 4096))));
        assertEquals(List.of(SQUARE), below.ops);
    }

    @Test
    void aResultThatIsReadLaterIsRecomputedFromItsInputs() {
        Value twice = run(TWICE, full(3, 4096));
        Value y = run(PLUS_ONE, twice);
        assertEquals(7, read(y));
        assertEquals(6, read(twice));
        assertEquals(2, below.ops.size());
    }

    @Test
    void whatWillBeReadAgainIsWrittenWhenTheChainPasses() {
        Value twice = run(TWICE, full(3, 4096));
        twice.storage().expectRead();
        assertEquals(7, read(run(PLUS_ONE, twice)));
        assertEquals(6, read(twice));
        assertEquals(1, below.ops.size());
    }

    @Test
    void whatTwoChainsReadIsComputedOnce() {
        Value twice = run(TWICE, full(3, 4096));
        Value one = run(PLUS_ONE, twice);
        Value other = run(SQUARE, twice);
        assertEquals(7, read(one));
        assertEquals(36, read(other));
        assertEquals(2, below.ops.size());
        assertEquals(SQUARE, below.ops.getLast());
    }

    @Test
    void aChainMayReadOneValueTwice() {
        Value twice = run(TWICE, full(3, 4096));
        assertEquals(12, read(run(ADD, twice, twice)));
    }

    @Test
    void readersAreComputedBeforeTheirInputIsWritten() {
        Value x = full(3, 4096);
        Value y = run(PLUS_ONE, run(TWICE, x));
        fusing.execute(new Update.ScaleInto(10), x);
        assertEquals(30, read(x));
        assertEquals(7, read(y));
    }

    @Test
    void readersAreComputedBeforeSomebodyGetsTheMemoryItself() {
        Value x = full(3, 4096);
        Value y = run(TWICE, x);
        x.storage().segment().set(ValueLayout.JAVA_FLOAT, 0, 100f);
        assertEquals(6, read(y));
    }

    @Test
    void aPendingResultMayBeWrittenInPlace() {
        Value y = run(TWICE, full(3, 4096));
        Value z = run(PLUS_ONE, y);
        fusing.execute(new Update.ScaleInto(10), y);
        assertEquals(60, read(y));
        assertEquals(7, read(z));
    }

    @Test
    void aViewOfAPendingResultReadsIt() {
        Value y = run(TWICE, full(3, 64, 64));
        Value row = run(new Shaping.Narrow(0, 1, 1, 1), y);
        Value z = run(PLUS_ONE, run(new Shaping.Permute(List.of(1, 0)), y));
        assertEquals(6, read(row));
        assertEquals(7, read(z));
    }

    @Test
    void smallOnesAndOtherDtypesRunAtOnce() {
        run(SQUARE, full(3, 4095));
        assertEquals(1, below.ops.size());
        Value doubles = run(new Creation.Full(Shape.of(4096), DType.F64, 3));
        below.ops.clear();
        run(SQUARE, doubles);
        assertEquals(1, below.ops.size());
    }

    @Test
    void whatReadsAParameterRunsAtOnce() {
        var other = new RecordingBackend();
        Value parameter = other.execute(new Creation.Full(Shape.of(4096), DType.F32, 3))[0];
        parameter.storage().makePermanent();
        other.ops.clear();
        try (Value y = new FusingBackend(other).execute(SQUARE, parameter)[0]) {
            assertEquals(List.of(SQUARE), other.ops);
            assertEquals(9, read(y));
        }
    }

    @Test
    void operandsThatLieDifferentlyRunAtOnce() {
        Value x = full(3, 64, 64);
        Value other = keep(x.view(Layout.contiguous(Shape.of(64, 64)).permute(1, 0)));
        assertEquals(6, read(run(ADD, x, other)));
        assertEquals(List.of(ADD), below.ops);
    }

    @Test
    void longChainsAreCut() {
        Value y = full(0, 4096);
        for (int i = 0; i < 100; i++) {
            y = run(PLUS_ONE, y);
        }
        assertEquals(100, read(y));
        assertTrue(below.ops.size() > 100 / 17, "in several pieces");
        for (Op op : below.ops) {
            assertTrue(op instanceof Fused fused && fused.links().size() <= 16, "none of which is long");
        }
    }

    @Test
    void anotherThreadMayReadAndGoOn() {
        Value y = run(TWICE, full(3, 4096));
        Value z = CompletableFuture.supplyAsync(() -> fusing.execute(PLUS_ONE, y)[0])
                .join();
        assertEquals(7, read(keep(z)));
        assertEquals(6, CompletableFuture.supplyAsync(() -> read(y)).join());
    }

    @Test
    void aReleasedResultCannotBeRead() {
        Value y = fusing.execute(TWICE, full(3, 4096))[0];
        y.close();
        assertEquals(
                "storage: used after its memory was released",
                assertThrows(IllegalStateException.class, () -> y.storage().address())
                        .getMessage());
    }

    @Test
    void aLinkMayReadOnlyWhatComesBefore() {
        var link = new Fused.Link(new Unary(UnaryKind.NEG), List.of(1));
        assertThrows(IllegalArgumentException.class, () -> new Fused(1, List.of(link), List.of(0)));
    }
}
