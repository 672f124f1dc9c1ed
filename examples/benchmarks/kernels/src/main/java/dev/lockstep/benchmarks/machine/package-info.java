/** What the machine can do at most: the numbers that figures of kernels and of training are read against. */
@NullMarked
package dev.lockstep.benchmarks.machine;

import org.jspecify.annotations.NullMarked;
