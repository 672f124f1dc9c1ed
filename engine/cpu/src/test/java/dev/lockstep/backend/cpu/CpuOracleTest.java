package dev.lockstep.backend.cpu;

import dev.lockstep.testkit.oracle.OracleContract;

/** The engine on the CPU backend, with its kernels and with those of the scalar backend behind them. */
class CpuOracleTest extends OracleContract {}
