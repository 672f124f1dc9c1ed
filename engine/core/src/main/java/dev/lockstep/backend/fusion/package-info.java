/**
 * Fusion of pointwise chains: {@link dev.lockstep.backend.fusion.FusingBackend} answers a pointwise op with a value
 * whose memory is still pending, and computes it, with all pending ops it depends on, when the memory is asked for.
 * What nobody asks for is never computed.
 */
@NullMarked
package dev.lockstep.backend.fusion;

import org.jspecify.annotations.NullMarked;
