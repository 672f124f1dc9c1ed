/**
 * Several virtual ranks at once on one thread: the closure runs once, on values that stand for those of all lanes, one
 * lane a rank. {@link dev.lockstep.backend.batching.BatchingBackend} runs each op on the rows of all lanes where its
 * rows do not depend on one another, else lane by lane. The bits of a lane are those of the closure on that lane alone.
 */
@NullMarked
package dev.lockstep.backend.batching;

import org.jspecify.annotations.NullMarked;
