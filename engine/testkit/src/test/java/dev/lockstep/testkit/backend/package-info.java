/** The contract suites, run on the scalar backend. */
@NullMarked
package dev.lockstep.testkit.backend;

import org.jspecify.annotations.NullMarked;
