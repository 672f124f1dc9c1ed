package dev.lockstep.autograd;

/** Remembers by its stack trace where an op was made. The cause of an anomaly's error; never thrown itself. */
final class OpOrigin extends RuntimeException {
    private static final long serialVersionUID = 1;

    OpOrigin() {
        super("the op was made here");
    }
}
