/**
 * A worker process: connects the link to its agent, opens the data plane, installs the job and calls the program's main
 * method. It never outlives its agent.
 */
@NullMarked
package dev.lockstep.launcher.worker;

import org.jspecify.annotations.NullMarked;
