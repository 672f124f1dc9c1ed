/** The scalar backend against PyTorch, and what is not compared yet. */
@NullMarked
package dev.lockstep.testkit.oracle;

import org.jspecify.annotations.NullMarked;
