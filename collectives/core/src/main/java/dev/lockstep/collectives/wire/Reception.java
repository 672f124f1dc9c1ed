package dev.lockstep.collectives.wire;

import dev.lockstep.collectives.transport.Arrival;
import java.util.BitSet;

/** A message coming in, chunk by chunk, perhaps over several connections. Confined to whoever reads them. */
final class Reception {
    private final Frame first;
    private final Arrival arrival;
    private final int chunkBytes;
    private final BitSet begun = new BitSet();
    private long receivedBytes;

    /** Makes the reception of the message that {@code first} is a chunk of. */
    Reception(Frame first, Arrival arrival, int chunkBytes) {
        this.first = first;
        this.arrival = arrival;
        this.chunkBytes = chunkBytes;
    }

    /**
     * Takes note of a chunk whose bytes will follow.
     *
     * @throws UntrustedException if it is of another message or came before
     */
    void begin(Frame chunk) {
        if (chunk.messageBytes() != first.messageBytes()
                || !chunk.envelope().equals(first.envelope())
                || begun.get(chunk.number(chunkBytes))) {
            throw new UntrustedException("a frame at " + chunk.offset() + " does not go on with the message of "
                    + first.messageBytes() + " bytes that it belongs to");
        }
        begun.set(chunk.number(chunkBytes));
    }

    Arrival arrival() {
        return arrival;
    }

    /** {@return whether the message is whole, now that a chunk is} */
    boolean end(Frame chunk) {
        receivedBytes += chunk.payloadBytes();
        return receivedBytes == first.messageBytes();
    }
}
