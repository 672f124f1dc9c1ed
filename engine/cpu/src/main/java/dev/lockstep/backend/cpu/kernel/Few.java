package dev.lockstep.backend.cpu.kernel;

/**
 * Operands of a loop that are shorter than a vector, for the part of a loop class that is compiled apart.
 *
 * @param a the first operand's address
 * @param b the second operand's address
 * @param c the third operand's address, where there is one
 * @param y the address of the result
 * @param count how many floats there are
 */
record Few(long a, long b, long c, long y, long count) {}
