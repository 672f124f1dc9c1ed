/** Tests of the benchmarks. */
@NullMarked
package dev.lockstep.launcher.bench;

import org.jspecify.annotations.NullMarked;
