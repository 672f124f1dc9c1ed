/**
 * Products and convolutions by oneDNN, whose C functions are called through java.lang.foreign. The JavaCPP artifact is
 * only the carrier of the two shared libraries. Every call runs on one OpenMP thread, so that bits never depend on the
 * number of cores.
 */
@NullMarked
package dev.lockstep.backend.cpu.onednn;

import org.jspecify.annotations.NullMarked;
