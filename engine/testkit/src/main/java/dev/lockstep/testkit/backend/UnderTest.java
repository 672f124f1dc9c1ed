package dev.lockstep.testkit.backend;

/** Gives a suite the backend that it tests. */
interface UnderTest {
    /** {@return the values of the running test, on the backend under test} */
    Values values();
}
