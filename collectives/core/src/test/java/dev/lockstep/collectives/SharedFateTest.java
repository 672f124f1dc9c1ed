package dev.lockstep.collectives;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lockstep.collectives.transport.InProcessTransport;
import dev.lockstep.collectives.transport.PendingWork;
import dev.lockstep.collectives.transport.Signature;
import dev.lockstep.collectives.transport.Signature.Kind;
import dev.lockstep.collectives.transport.Transport;
import java.lang.foreign.Arena;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Note [A failure is one moment]: the telling of runners is held up after the first, and the others know already. */
final class SharedFateTest {
    private static final Duration BOUND = Duration.ofSeconds(20);
    private static final GroupOptions OPTIONS = GroupOptions.defaults().withTimeout(BOUND);
    private static final Signature BARRIER = Signature.ofBytes(Kind.BARRIER, 0, 0);

    private final List<Transport> pair = InProcessTransport.connectShared(2, 1, System::nanoTime);
    private final Transport alone =
            InProcessTransport.connectShared(1, 1, System::nanoTime).getFirst();
    private final SharedFate fate = new SharedFate(pair.getFirst());
    private final WindowRunner failing = windowRunner(pair.getFirst(), fate);
    private final MessageRunner holding = new MessageRunner(pair.getFirst(), OPTIONS, fate);
    private final CountDownLatch told = new CountDownLatch(1);
    private final CountDownLatch goOn = new CountDownLatch(1);

    private static WindowRunner windowRunner(Transport transport, SharedFate fate) {
        return new WindowRunner(transport, transport.windows().orElseThrow(), OPTIONS, fate);
    }

    @AfterEach
    void letGo() {
        goOn.countDown();
        pair.forEach(Transport::close);
        alone.close();
    }

    /** Both ranks call something else; the first runner told of it holds up all others. */
    private Thread failAndHold() throws InterruptedException {
        PendingWork pending = assertInstanceOf(PendingWork.class, holding.barrier(BARRIER));
        pending.whenEnded(() -> {
            told.countDown();
            awaitUnchecked(goOn);
        });
        WindowRunner peer = windowRunner(pair.getLast(), new SharedFate(pair.getLast()));
        Work unused = peer.broadcast(
                Signature.ofBytes(Kind.BROADCAST, 8, 0), Arena.ofAuto().allocate(8), 0);
        Thread finder = Thread.ofPlatform().start(() -> failing.barrier(BARRIER).isDone());
        assertTrue(told.await(BOUND.toSeconds(), TimeUnit.SECONDS));
        assertTrue(unused.error().isEmpty() || unused.isDone());
        return finder;
    }

    private static void awaitUnchecked(CountDownLatch latch) {
        try {
            assertTrue(latch.await(BOUND.toSeconds(), TimeUnit.SECONDS));
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private void assertRefused(CollectiveRunner later) throws InterruptedException {
        fate.add(failing);
        fate.add(holding);
        fate.add(later);
        Thread finder = failAndHold();
        Work work = later.barrier(BARRIER);
        CollectiveException refused = assertThrows(CollectiveException.class, () -> work.await(BOUND));
        assertTrue(refused.getMessage().contains("broadcast"), refused.getMessage());
        goOn.countDown();
        finder.join(BOUND.toMillis());
        assertEquals(Thread.State.TERMINATED, finder.getState());
    }

    @Test
    void aRunnerOverSharedMemoryThatWasNotToldYetRefuses() throws InterruptedException {
        assertRefused(windowRunner(alone, fate));
    }

    @Test
    void aRunnerOverMessagesThatWasNotToldYetRefuses() throws InterruptedException {
        assertRefused(new MessageRunner(alone, OPTIONS, fate));
    }

    @Test
    void aClosedPartEndsNobodyElse() {
        WindowRunner part = windowRunner(alone, fate);
        MessageRunner other = new MessageRunner(alone, OPTIONS, fate);
        fate.add(part);
        fate.add(other);
        assertTrue(part.fail(new GroupAbortedException("closed by the test")));
        assertThrows(GroupAbortedException.class, () -> part.barrier(BARRIER).await(BOUND));
        other.barrier(BARRIER).await(BOUND);
    }
}
