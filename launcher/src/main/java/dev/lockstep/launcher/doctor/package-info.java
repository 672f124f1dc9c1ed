/** Whether this machine can train: each check says what was looked for, where, and what was found. */
@NullMarked
package dev.lockstep.launcher.doctor;

import org.jspecify.annotations.NullMarked;
