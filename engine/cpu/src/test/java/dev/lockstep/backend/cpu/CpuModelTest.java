package dev.lockstep.backend.cpu;

import dev.lockstep.testkit.oracle.ModelContract;

/** The small models on the CPU backend. */
class CpuModelTest extends ModelContract {}
