/**
 * Bytes by rank and tag: the lower of the two heights where something can be plugged in. A
 * {@link dev.lockstep.collectives.transport.Transport} moves messages between native segments and knows nothing of what
 * they mean; {@link dev.lockstep.collectives.transport.Mailbox} matches what arrives with what is awaited, for all of
 * them.
 */
@NullMarked
package dev.lockstep.collectives.transport;

import org.jspecify.annotations.NullMarked;
