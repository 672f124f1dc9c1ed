/** Data sets that can be fetched by name: where from, how large, under which licence, and what they must contain. */
@NullMarked
package dev.lockstep.launcher.data;

import org.jspecify.annotations.NullMarked;
