package dev.lockstep.backend.cpu.kernel;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.invoke.MethodHandles;
import java.util.function.LongBinaryOperator;

/**
 * Makes one loop class for each function. See Note [One loop, many copies].
 *
 * <p>Note [One loop, many copies]: vectors are fast only where the compiler inlines everything between load and store.
 * A loop shared by many functions calls through an interface and boxes each vector, some thirty times slower; a loop
 * written out for each function is the same ten lines forty times. So the loop is written once, and its class file is
 * defined again (as a hidden class) for each function, which is a constant there.
 */
final class LoopTemplate {
    private LoopTemplate() {}

    /** Makes the loop over a function of one argument. */
    static UnaryKernel of(LaneUnary function) {
        return (UnaryKernel) instantiate(UnaryLoop.class, function);
    }

    /** Makes the loop over a function of two arguments. */
    static BinaryKernel of(LaneBinary function) {
        return (BinaryKernel) instantiate(BinaryLoop.class, function);
    }

    /** Makes the loop over a function of three arguments. */
    static TernaryKernel of(LaneTernary function) {
        return (TernaryKernel) instantiate(TernaryLoop.class, function);
    }

    /** Makes the loop over a function whose first argument is one number for all. */
    static NumberKernel ofNumber(LaneTernary function) {
        return (NumberKernel) instantiate(NumberLoop.class, function);
    }

    /** Makes the loop that normalises channels, with a function of the normal number and a residual at its end. */
    static NormalizeKernel ofNormalize(LaneBinary end) {
        return (NormalizeKernel) instantiate(NormalizeLoop.class, end);
    }

    /** Makes the sum of a function, which must take vectors of any length. */
    static SumKernel ofSum(LaneTernary function) {
        return (SumKernel) instantiate(SumLoop.class, function);
    }

    /** Makes the loop over a function of two whole numbers. */
    static IntegerKernel ofIntegers(LongBinaryOperator function) {
        return (IntegerKernel) instantiate(IntegerLoop.class, function);
    }

    private static Object instantiate(Class<?> template, Object function) {
        try {
            return MethodHandles.lookup()
                    .defineHiddenClassWithClassData(classFile(template), function, true)
                    .lookupClass()
                    .getDeclaredConstructor()
                    .newInstance();
        } catch (ReflectiveOperationException e) {
            throw new LinkageError("cannot instantiate " + template, e);
        }
    }

    private static byte[] classFile(Class<?> template) {
        String name = template.getSimpleName() + ".class";
        try (InputStream in = template.getResourceAsStream(name)) {
            if (in == null) {
                throw new AssertionError("class file " + name + " is not beside its package");
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
