package dev.lockstep.testkit.oracle;

/** The small models on the scalar backend. */
class ScalarModelTest extends ModelContract {}
