/** Contract suites, a simulated cluster and its checkers: what a driver or a register of the cluster is tested with. */
@NullMarked
package dev.lockstep.cluster.testkit;

import org.jspecify.annotations.NullMarked;
