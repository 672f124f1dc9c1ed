@NullMarked
package dev.lockstep.testkit.property;

import org.jspecify.annotations.NullMarked;
