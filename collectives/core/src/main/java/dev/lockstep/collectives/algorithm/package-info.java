/**
 * The collectives, written once above a transport. Each runs on a thread of its group, waits with a bound, and adds in
 * the canonical tree.
 */
@NullMarked
package dev.lockstep.collectives.algorithm;

import org.jspecify.annotations.NullMarked;
