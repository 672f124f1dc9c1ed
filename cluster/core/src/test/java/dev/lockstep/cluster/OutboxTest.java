package dev.lockstep.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class OutboxTest {

    private final Outbox<String> outbox = new Outbox<>();
    private final Inbox inbox = new Inbox();

    private static Outbox<String> of(String... messages) {
        Outbox<String> outbox = new Outbox<>();
        List.of(messages).forEach(outbox::add);
        return outbox;
    }

    @Test
    void sendsAgainWhatHasNotCome() {
        Outbox<String> three = of("a", "b", "c");
        three.heard(1);
        assertEquals(1, three.first());
        assertEquals(List.of("b", "c"), three.due());
        assertEquals(List.of("b", "c"), three.due());
    }

    @Test
    void isEmptyOnceAllHasCome() {
        Outbox<String> two = of("a", "b");
        assertFalse(two.isEmpty());
        two.heard(2);
        assertTrue(two.isEmpty());
        two.add("c");
        assertEquals(2, two.first());
        assertEquals(List.of("c"), two.due());
    }

    @Test
    void ignoresWordsThatAreOldOrImpossible() {
        Outbox<String> two = of("a", "b");
        two.heard(1);
        two.heard(0);
        two.heard(3);
        assertEquals(List.of("b"), two.due());
    }

    @Test
    void sendsAtMostSixtyFourAtOnce() {
        IntStream.range(0, 100).forEach(i -> outbox.add("message " + i));
        assertEquals(64, outbox.due().size());
        outbox.heard(64);
        assertEquals(36, outbox.due().size());
    }

    @Test
    void letsEachMessageThroughOnce() {
        assertEquals(List.of("a", "b"), inbox.accept(0, List.of("a", "b")));
        assertEquals(List.of(), inbox.accept(0, List.of("a", "b")));
        assertEquals(List.of("c"), inbox.accept(1, List.of("b", "c")));
        assertEquals(3, inbox.heard());
    }

    @Test
    void letsNothingThroughWhileAnEarlierMessageIsMissing() {
        assertEquals(List.of(), inbox.accept(1, List.of("b")));
        assertEquals(0, inbox.heard());
        assertEquals(List.of("a", "b"), inbox.accept(0, List.of("a", "b")));
    }
}
