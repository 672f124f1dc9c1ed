/**
 * The operations, as records in sealed groups. Records hold values only, so that an op is a cache key. All of them live
 * here: without module-info a sealed type and its subtypes share a package.
 */
@NullMarked
package dev.lockstep.backend.op;

import org.jspecify.annotations.NullMarked;
