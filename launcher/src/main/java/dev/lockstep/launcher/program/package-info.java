/** What a user can run: a bundled example, a source file, a jar, a class. Checked before anything starts. */
@NullMarked
package dev.lockstep.launcher.program;

import org.jspecify.annotations.NullMarked;
