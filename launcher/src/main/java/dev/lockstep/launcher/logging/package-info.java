/** What libraries may say: warnings, to standard error. */
@NullMarked
package dev.lockstep.launcher.logging;

import org.jspecify.annotations.NullMarked;
