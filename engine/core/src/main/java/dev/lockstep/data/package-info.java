/**
 * Where samples come from and in which order. A step's batch is a function of (seed, epoch, step) alone: nothing here
 * remembers where it is, so any worker can compute any slice of any batch at any time.
 */
@NullMarked
package dev.lockstep.data;

import org.jspecify.annotations.NullMarked;
