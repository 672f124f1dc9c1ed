/** Makes the golden files anew, and holds them to a second version of PyTorch. */
@NullMarked
package dev.lockstep.oracle;

import org.jspecify.annotations.NullMarked;
