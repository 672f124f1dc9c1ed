/**
 * Data parallelism over the canonical tree: gradients travel in buckets, and a change of members is survived by going
 * on, never by going back.
 */
@NullMarked
package dev.lockstep.collectives.parallel;

import org.jspecify.annotations.NullMarked;
