/**
 * Compares the engine with PyTorch: golden files of values and gradients, which the scripts in {@code oracle} beside
 * this module's sources record, and the functions here that must give the same.
 */
@NullMarked
package dev.lockstep.testkit.oracle;

import org.jspecify.annotations.NullMarked;
