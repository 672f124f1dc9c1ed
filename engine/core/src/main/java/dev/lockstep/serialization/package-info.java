/**
 * Tensors in files. What is written appears whole or not at all; what is read is not trusted: every number of a file is
 * checked before memory is taken or touched.
 */
@NullMarked
package dev.lockstep.serialization;

import org.jspecify.annotations.NullMarked;
