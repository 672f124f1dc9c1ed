/**
 * The tree of a model: modules with named parameters, buffers and children, found without reflection.
 * {@link dev.lockstep.module.Module} runs {@code forward} inside a scope of its own; forward reads parameters and
 * buffers and never writes them: what a module wants to change it says through
 * {@link dev.lockstep.module.BufferUpdates}.
 */
@NullMarked
package dev.lockstep.module;

import org.jspecify.annotations.NullMarked;
