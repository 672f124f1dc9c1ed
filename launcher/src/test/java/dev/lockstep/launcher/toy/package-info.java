/** Programs that the launcher's tests run. */
@NullMarked
package dev.lockstep.launcher.toy;

import org.jspecify.annotations.NullMarked;
