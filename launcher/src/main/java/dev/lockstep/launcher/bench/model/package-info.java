/**
 * The models that benchmarks train, each as a user would write it. Parameters are registered in the order of the
 * PyTorch modules they are compared with, so that one flat file of initial weights fits both.
 */
@NullMarked
package dev.lockstep.launcher.bench.model;

import org.jspecify.annotations.NullMarked;
