/**
 * The transforms of Winograd's minimal filtering F(4x4, 3x3): an output tile of 4x4 needs 36 multiplications a channel
 * pair instead of 144. Everything here is element-wise over channels, so no bit depends on the length of a vector; the
 * products between the transforms are oneDNN's. Source: Lavin and Gray, "Fast Algorithms for Convolutional Neural
 * Networks", 2015, with the interpolation points 0, 1, -1, 2, -2 and infinity.
 */
@NullMarked
package dev.lockstep.backend.cpu.winograd;

import org.jspecify.annotations.NullMarked;
