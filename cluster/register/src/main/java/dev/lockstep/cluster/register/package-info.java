/**
 * Generation registers on storage that machines share. Each rests on one operation of its storage that creates a name
 * only if it is absent.
 */
@NullMarked
package dev.lockstep.cluster.register;

import org.jspecify.annotations.NullMarked;
