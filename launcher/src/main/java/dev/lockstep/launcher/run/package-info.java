/** One run as its user sees it: the run folder, the events, what is printed, and the agent that does the work. */
@NullMarked
package dev.lockstep.launcher.run;

import org.jspecify.annotations.NullMarked;
