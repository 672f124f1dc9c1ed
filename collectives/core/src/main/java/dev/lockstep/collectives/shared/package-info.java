/**
 * A transport through shared memory, for processes of one machine. A process writes only its own segment, a file that
 * is allocated in full before it is mapped and has no name any more once all have mapped it; the others read it.
 */
@NullMarked
package dev.lockstep.collectives.shared;

import org.jspecify.annotations.NullMarked;
