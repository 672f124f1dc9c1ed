/** What must hold for any views: chains of them drawn from a seed, beside a model that only knows lists of places. */
@NullMarked
package dev.lockstep.testkit.property;

import org.jspecify.annotations.NullMarked;
