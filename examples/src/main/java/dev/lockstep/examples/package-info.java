/** Programs on real data, each short enough to read in one sitting. */
@NullMarked
package dev.lockstep.examples;

import org.jspecify.annotations.NullMarked;
