package dev.lockstep.testkit.oracle;

/** The engine on the scalar backend. */
class ScalarOracleTest extends OracleContract {}
