/** Tests of what oneDNN must keep: rows, threads, plans. */
@NullMarked
package dev.lockstep.backend.cpu.onednn;

import org.jspecify.annotations.NullMarked;
