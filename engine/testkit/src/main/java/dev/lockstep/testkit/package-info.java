/**
 * What tests of every room share: contract suites of backends, tolerances, small jobs. Never on a release's class path.
 */
@NullMarked
package dev.lockstep.testkit;

import org.jspecify.annotations.NullMarked;
