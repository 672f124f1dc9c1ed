package dev.lockstep.backend.cpu;

import dev.lockstep.testkit.property.ViewsContract;

/** Views on the CPU backend. */
class CpuViewsTest extends ViewsContract {}
