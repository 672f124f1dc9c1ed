package dev.lockstep.serialization;

import dev.lockstep.layout.DType;
import dev.lockstep.layout.Layout;

/**
 * A tensor as a pickle describes it, before memory is taken for it.
 *
 * @param storage whose elements it sees
 * @param layout which of them
 */
record PickledTensor(Storage storage, Layout layout) {
    /**
     * Elements in an entry of the archive.
     *
     * @param dtype their type
     * @param key the entry's name, below {@code data/}
     * @param count how many there are
     */
    record Storage(DType dtype, String key, long count) {}
}
