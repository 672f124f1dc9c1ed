/**
 * A job on several machines: agents joined by Pekko, one run folder that all of them share. Loaded only where another
 * machine may join, since starting Pekko takes seconds.
 */
@NullMarked
package dev.lockstep.launcher.machines;

import org.jspecify.annotations.NullMarked;
