@NullMarked
package dev.lockstep.benchmarks.kernel;

import org.jspecify.annotations.NullMarked;
