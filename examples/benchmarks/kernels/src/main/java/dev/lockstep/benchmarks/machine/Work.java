package dev.lockstep.benchmarks.machine;

/** A loop that is bound by one limit of the machine. Confined to one thread. */
interface Work {
    /** Runs the loop once, a millisecond or less of work. */
    void run();

    /** {@return what one run amounts to: operations or bytes} */
    double amount();

    /** {@return a value that depends on all that was computed} */
    double result();
}
