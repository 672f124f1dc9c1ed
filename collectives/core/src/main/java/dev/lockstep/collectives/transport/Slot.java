package dev.lockstep.collectives.transport;

import java.util.HashMap;
import java.util.Map;

/** One collective as far as one peer takes part in it: what is awaited and what has come. Guarded by its mailbox. */
final class Slot {
    final Key key;
    final Signature signature;
    final Map<Tag, Receipt> posted = new HashMap<>();
    final Map<Tag, Arrival> arrivals = new HashMap<>();

    /** Makes an empty slot; whoever comes first, message or receipt, says what the signature is. */
    Slot(Key key, Signature signature) {
        this.key = key;
        this.signature = signature;
    }

    /** Finds a slot. */
    record Key(int source, long group, long sequence) {}
}
