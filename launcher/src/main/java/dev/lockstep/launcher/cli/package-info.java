/** The command line: one class a command, flags only; what they mean is decided elsewhere. A new command goes here. */
@NullMarked
package dev.lockstep.launcher.cli;

import org.jspecify.annotations.NullMarked;
