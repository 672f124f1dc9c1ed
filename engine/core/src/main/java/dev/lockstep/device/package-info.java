/** Devices and the native memory on them: reference-counted storages handed out by a caching pool. */
@NullMarked
package dev.lockstep.device;

import org.jspecify.annotations.NullMarked;
