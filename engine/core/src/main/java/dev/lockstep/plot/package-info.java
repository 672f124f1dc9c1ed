/**
 * Small charts, for a look at a run: {@link dev.lockstep.plot.Plot} writes SVG files and draws with Braille dots in a
 * terminal.
 */
@NullMarked
package dev.lockstep.plot;

import org.jspecify.annotations.NullMarked;
