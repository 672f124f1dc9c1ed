@NullMarked
package dev.lockstep.benchmarks.machine;

import org.jspecify.annotations.NullMarked;
