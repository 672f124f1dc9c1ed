/**
 * What goes over a wire, whichever it is: who a worker is and how it proves that, the frames that messages are cut
 * into, and how they are put together and watched again. Nothing that comes is believed before it is checked.
 */
@NullMarked
package dev.lockstep.collectives.wire;

import org.jspecify.annotations.NullMarked;
