package dev.lockstep.backend.cpu.kernel;

/**
 * Cuts the first calls of a loop over single numbers into small ones. See Note [First pieces]. Threads may share it:
 * two that count at once cut a piece more or less, which changes no bit.
 *
 * <p>Note [First pieces]: until the optimizing compiler has come to a kernel, each of its vectors is an object, a
 * thousand times slower. A call over a million numbers would stay in that code to its end, or until a second version of
 * the loop is compiled, to be entered in its midst and of use this one time. So the first numbers go in calls that end
 * soon: they are counted early, and the next one finds the compiled kernel. From then on the size of a call makes no
 * difference, and after a while nothing is cut any more.
 */
final class FirstPieces {
    /** Some vectors, so that a compiled kernel loses little by it. */
    static final long SIZE = 256;

    /** How many pieces are cut. */
    static final int COUNT = 2048;

    private int left = COUNT;

    /** {@return how many of the numbers that are left the next call takes} */
    long next(long rest) {
        if (left <= 0 || rest < 2 * SIZE) {
            return rest;
        }
        left--;
        return SIZE;
    }
}
