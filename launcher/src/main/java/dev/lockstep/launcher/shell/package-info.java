/** The interactive shell: JShell with the engine imported, and scripts run by it. */
@NullMarked
package dev.lockstep.launcher.shell;

import org.jspecify.annotations.NullMarked;
