package dev.lockstep.backend.cpu.kernel;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;

/**
 * Keeps a kernel out of the methods that call it. See Note [Compiled apart].
 *
 * <p>Note [Compiled apart]: the compiler inlines until a method has some 18,000 nodes, of which one exp takes most; a
 * helper that no longer fits takes and gives boxed vectors, a hundred times slower. Where a kernel lands in its caller,
 * and that in its own, what fits depends on chance. So a kernel is compiled as one unit that fits: it is called through
 * a method handle that is no constant to the compiler, which is the one call that it never inlines. That costs some
 * five nanoseconds, once an op.
 */
final class Apart<T> implements BatchKernel<T> {
    @SuppressWarnings("FieldMayBeFinal") // A final field might become a constant to the compiler.
    private MethodHandle target;

    private Apart(MethodHandle target) {
        this.target = target;
    }

    /** Wraps a kernel. */
    static <T> BatchKernel<T> of(BatchKernel<T> kernel) {
        try {
            MethodHandle run = MethodHandles.lookup()
                    .findVirtual(BatchKernel.class, "run", MethodType.methodType(void.class, Object.class));
            return new Apart<>(run.bindTo(kernel));
        } catch (ReflectiveOperationException e) {
            throw new LinkageError("BatchKernel has a method run", e);
        }
    }

    @Override
    public void run(T batch) {
        try {
            target.invokeExact((Object) batch);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new AssertionError("a kernel declares no exceptions", e);
        }
    }
}
