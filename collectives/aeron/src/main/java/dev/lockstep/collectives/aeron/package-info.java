/**
 * Connects the workers of one generation by Aeron: reliable streams over UDP, one each way a pair, moved by an embedded
 * media driver that has no thread of its own; the same handshake, frames and checks as over TCP.
 */
@NullMarked
package dev.lockstep.collectives.aeron;

import org.jspecify.annotations.NullMarked;
