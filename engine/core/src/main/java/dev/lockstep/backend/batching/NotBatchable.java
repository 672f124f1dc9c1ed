package dev.lockstep.backend.batching;

/**
 * A closure needs something that differs from lane to lane, such as a number that it reads; it has to run once a lane.
 * An error, so that no handler of a closure's own takes it for a failure.
 */
public final class NotBatchable extends Error {
    private static final long serialVersionUID = 1;

    NotBatchable(String why) {
        super(why, null, false, false);
    }
}
