/**
 * The local link between an agent and one worker: JSON lines over a Unix domain socket. Only the messages of two sealed
 * interfaces are read; the end of the stream means death, either way.
 */
@NullMarked
package dev.lockstep.launcher.link;

import org.jspecify.annotations.NullMarked;
