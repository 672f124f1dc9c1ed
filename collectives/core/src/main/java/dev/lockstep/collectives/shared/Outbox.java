package dev.lockstep.collectives.shared;

import dev.lockstep.collectives.CollectiveException;
import dev.lockstep.collectives.transport.PendingWork;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.Queue;

/** What is on its way to one peer. Confined to the transport's pump. */
final class Outbox {
    private final Ring ring;
    private final Queue<Message> messages = new ArrayDeque<>();

    Outbox(Ring ring) {
        this.ring = ring;
    }

    /** One message and how far it has gone; its head counts as its first bytes, padding as its last. */
    private static final class Message {
        private final PendingWork work;
        private final MemorySegment head = MemorySegment.ofArray(new long[(int) MessageHead.BYTES / Long.BYTES]);
        private final MemorySegment data;
        private long sent;

        Message(PendingWork work, MessageHead head, MemorySegment data) {
            this.work = work;
            this.data = data;
            head.write(this.head);
        }
    }

    void add(PendingWork work, MessageHead head, MemorySegment data) {
        messages.add(new Message(work, head, data));
    }

    boolean isEmpty() {
        return messages.isEmpty();
    }

    /** Writes what fits; returns whether anything did. */
    boolean pump() {
        boolean any = false;
        for (Message next = messages.peek(); next != null && pump(next); next = messages.peek()) {
            any = true;
            if (next.sent == MessageHead.BYTES + MessageHead.padded(next.data.byteSize())) {
                messages.remove();
                next.work.complete();
            }
        }
        return any;
    }

    private boolean pump(Message message) {
        if (message.sent == 0) {
            if (ring.room() < MessageHead.BYTES) {
                return false;
            }
            ring.write(message.head);
            message.sent = MessageHead.BYTES;
        }
        long at = message.sent - MessageHead.BYTES;
        long left = message.data.byteSize() - at;
        long count = Math.min(left, ring.room() / MessageHead.BYTES * MessageHead.BYTES);
        if (left > 0 && count == 0) {
            return false;
        }
        ring.write(message.data.asSlice(at, count));
        ring.pad(MessageHead.padded(count) - count);
        message.sent += MessageHead.padded(count);
        return true;
    }

    void fail(CollectiveException reason) {
        messages.forEach(message -> message.work.fail(reason));
        messages.clear();
    }
}
