/** The models of {@code lockstep bench train} in libtorch, to be measured beside them. */
@NullMarked
package dev.lockstep.peers;

import org.jspecify.annotations.NullMarked;
