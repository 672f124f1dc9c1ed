package dev.lockstep.testkit.property;

/** Views on the scalar backend. */
class ScalarViewsTest extends ViewsContract {}
