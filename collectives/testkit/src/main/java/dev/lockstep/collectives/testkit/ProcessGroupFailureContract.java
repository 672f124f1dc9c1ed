package dev.lockstep.collectives.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lockstep.collectives.CollectiveException;
import dev.lockstep.collectives.CollectiveTimeoutException;
import dev.lockstep.collectives.GroupAbortedException;
import dev.lockstep.collectives.GroupOptions;
import dev.lockstep.collectives.MismatchException;
import dev.lockstep.collectives.PeerLostException;
import dev.lockstep.collectives.ProcessGroup;
import dev.lockstep.collectives.ReduceOp;
import dev.lockstep.collectives.Work;
import dev.lockstep.layout.DType;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How any process group must fail: at once, in words, and never by hanging. */
public abstract class ProcessGroupFailureContract {
    private static final Duration BOUND = Duration.ofSeconds(20);

    private final List<ProcessGroup> opened = new ArrayList<>();

    /** {@return the connected groups of {@code size} ranks, by rank; the contract closes them} */
    protected abstract List<ProcessGroup> connect(int size, GroupOptions options);

    private List<ProcessGroup> groups(int size, GroupOptions options) {
        List<ProcessGroup> groups = connect(size, options);
        opened.addAll(groups);
        return groups;
    }

    private List<ProcessGroup> groups(int size) {
        return groups(size, GroupOptions.defaults().withTimeout(BOUND));
    }

    /** Closes whatever the test has opened. */
    @AfterEach
    protected final void closeGroups() {
        opened.forEach(ProcessGroup::close);
    }

    private static Work sum(ProcessGroup group, int count) {
        return group.allReduce(Data.room(count * 4L), Data.room(count * 4L), DType.F32, ReduceOp.SUM);
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 5})
    void anotherLengthIsAnErrorThatSaysWhoCalledWhat(int size) {
        List<String> messages = Ranks.run(groups(size), group -> {
            Work work = sum(group, group.rank() == size - 1 ? 1024 : 1000);
            return assertThrows(CollectiveException.class, () -> work.await(BOUND))
                    .getMessage();
        });
        String first = messages.getFirst();
        assertTrue(first.contains("F32[1024]") && first.contains("F32[1000]"), first);
        assertTrue(first.contains("rank " + (size - 1)), first);
    }

    @Test
    void anotherOperationIsAnErrorThatSaysWhoCalledWhat() {
        Ranks.run(groups(2), group -> {
            Work work = group.rank() == 0 ? sum(group, 8) : group.barrier();
            CollectiveException error = assertThrows(CollectiveException.class, () -> work.await(BOUND));
            assertTrue(error.getMessage().contains("all_reduce #0 with F32[8] sum"), error.getMessage());
            assertTrue(error.getMessage().contains("barrier"), error.getMessage());
            return true;
        });
    }

    @Test
    void anotherLengthBetweenTwoRanksIsAnError() {
        List<ProcessGroup> groups = groups(2);
        Work unused = groups.get(0).send(Data.room(12), 1, 3);
        Work work = groups.get(1).receive(Data.room(8), 0, 3);
        MismatchException error = assertThrows(MismatchException.class, () -> work.await(BOUND));
        assertTrue(error.getMessage().contains("U8[12]") && error.getMessage().contains("U8[8]"), error.getMessage());
        assertTrue(unused.error().isEmpty());
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 5})
    void aLostPeerFailsPendingWorkAtOnceAndIsNamed(int size) {
        List<ProcessGroup> groups = groups(size);
        int lost = size - 1;
        List<Work> works =
                groups.subList(0, lost).stream().map(group -> sum(group, 5000)).toList();
        assertTrue(groups.get(lost).abort(new GroupAbortedException("killed by the test")));
        for (Work work : works) {
            PeerLostException error = assertThrows(PeerLostException.class, () -> work.await(BOUND));
            assertEquals(lost, error.peer());
            assertTrue(error.getMessage().contains("rank " + lost), error.getMessage());
        }
    }

    @Test
    void whoIsNotConcernedHearsWhoWasLostFirst() {
        List<ProcessGroup> groups = groups(3);
        Work direct = groups.get(0).receive(Data.room(4), 2, 0);
        assertTrue(groups.get(2).abort(new GroupAbortedException("killed by the test")));
        CollectiveException cause = assertThrows(PeerLostException.class, () -> direct.await(BOUND));
        Work indirect = groups.get(1).receive(Data.room(4), 0, 0);
        assertTrue(groups.get(0).abort(cause));
        PeerLostException error = assertThrows(PeerLostException.class, () -> indirect.await(BOUND));
        assertEquals(2, error.peer());
    }

    @Test
    void whatArrivedBeforeAPeerWasLostIsStillReceived() {
        List<ProcessGroup> groups = groups(2);
        MemorySegment data = Data.room(8);
        groups.get(0).send(Data.of(41, 42), 1, 0).await(BOUND);
        groups.get(0).send(Data.of(1), 1, 1).await(BOUND);
        groups.get(1).receive(Data.room(4), 0, 1).await(BOUND);
        groups.get(0).abort(new GroupAbortedException("killed by the test"));
        Work never = groups.get(1).receive(Data.room(4), 0, 2);
        assertThrows(PeerLostException.class, () -> never.await(BOUND));
        groups.get(1).receive(data, 0, 0).await(BOUND);
        assertEquals(42, Data.ints(data)[1]);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void abortReturnsAndFailsPendingAndLaterWork(int size) {
        List<ProcessGroup> groups = groups(size + 1);
        List<Work> pending = groups.subList(0, size).stream()
                .map(group -> sum(group, 100_000))
                .toList();
        CollectiveException reason = new GroupAbortedException("a newer generation exists");
        Ranks.run(groups.subList(0, size), group -> {
            assertTrue(group.abort(reason));
            assertTrue(group.abort(reason), "a second abort returns as well");
            Work later = sum(group, 3);
            assertThrows(CollectiveException.class, () -> later.await(BOUND));
            return true;
        });
        for (Work work : pending) {
            assertThrows(CollectiveException.class, () -> work.await(BOUND));
            assertTrue(work.error().isPresent());
        }
    }

    @Test
    void aRankThatDoesNotComeIsReportedAndThenRunsIntoTheTimeout() throws InterruptedException {
        LinkedBlockingQueue<String> reports = new LinkedBlockingQueue<>();
        GroupOptions options = new GroupOptions(Duration.ofMillis(300), Duration.ofMillis(50), reports::add, 2);
        List<ProcessGroup> groups = groups(2, options);
        Work work = sum(groups.getFirst(), 10);
        CollectiveTimeoutException error = assertThrows(CollectiveTimeoutException.class, () -> work.await(BOUND));
        assertTrue(error.getMessage().contains("rank 1"), error.getMessage());
        String report = reports.poll(BOUND.toSeconds(), TimeUnit.SECONDS);
        assertTrue(report != null && report.contains("all_reduce F32[10] sum"), String.valueOf(report));
    }

    @Test
    void awaitingTooShortlyDoesNotEndTheWork() {
        List<ProcessGroup> groups = groups(2);
        Work work = sum(groups.get(0), 10);
        assertThrows(CollectiveTimeoutException.class, () -> work.await(Duration.ofMillis(20)));
        Work other = sum(groups.get(1), 10);
        other.await(BOUND);
        work.await(BOUND);
    }

    @Test
    void anInterruptedWaitSaysSo() throws InterruptedException {
        Work work = sum(groups(2).getFirst(), 10);
        CountDownLatch ended = new CountDownLatch(1);
        List<CollectiveException> errors = new ArrayList<>();
        Thread waiter = Thread.ofPlatform().start(() -> {
            errors.add(assertThrows(CollectiveException.class, () -> work.await(BOUND)));
            ended.countDown();
        });
        waiter.interrupt();
        assertTrue(ended.await(BOUND.toSeconds(), TimeUnit.SECONDS));
        assertInstanceOf(GroupAbortedException.class, errors.getFirst());
    }
}
