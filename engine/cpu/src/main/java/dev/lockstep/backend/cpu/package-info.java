/**
 * The backend for the host's processor: oneDNN for products and convolutions, Vector API kernels for dense f32 values,
 * and the scalar backend for everything else. Which one runs depends on op, shapes, dtypes and layouts only.
 */
@NullMarked
package dev.lockstep.backend.cpu;

import org.jspecify.annotations.NullMarked;
