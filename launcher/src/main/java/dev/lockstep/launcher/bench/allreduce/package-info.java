/** {@code lockstep bench allreduce}: how fast collectives are, process by process, beside what the memory allows. */
@NullMarked
package dev.lockstep.launcher.bench.allreduce;

import org.jspecify.annotations.NullMarked;
