package dev.lockstep.backend.cpu.kernel;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.Arrays;

/** Loops for kernels that are made of several: each is compiled as a unit of its own. See Note [Compiled apart]. */
final class ApartLoops {
    private ApartLoops() {}

    static UnaryKernel of(LaneUnary function) {
        return new Unary(handle(UnaryKernel.class, LoopTemplate.of(function), 3));
    }

    static BinaryKernel of(LaneBinary function) {
        return new Binary(handle(BinaryKernel.class, LoopTemplate.of(function), 4));
    }

    static TernaryKernel of(LaneTernary function) {
        return new Ternary(handle(TernaryKernel.class, LoopTemplate.of(function), 5));
    }

    /** {@return the method {@code run} of a kernel, bound to it: so many longs to nothing} */
    private static MethodHandle handle(Class<?> type, Object kernel, int arguments) {
        Class<?>[] longs = new Class<?>[arguments];
        Arrays.fill(longs, long.class);
        try {
            return MethodHandles.lookup()
                    .findVirtual(type, "run", MethodType.methodType(void.class, longs))
                    .bindTo(kernel);
        } catch (ReflectiveOperationException e) {
            throw new LinkageError(type + " has a method run", e);
        }
    }

    private static RuntimeException failed(Throwable e) {
        if (e instanceof RuntimeException runtime) {
            return runtime;
        }
        if (e instanceof Error error) {
            throw error;
        }
        throw new AssertionError("a kernel declares no exceptions", e);
    }

    private static final class Unary implements UnaryKernel {
        @SuppressWarnings("FieldMayBeFinal") // A final field might become a constant to the compiler.
        private MethodHandle target;

        private final FirstPieces pieces = new FirstPieces();

        Unary(MethodHandle target) {
            this.target = target;
        }

        @Override
        public void run(long x, long y, long count) {
            try {
                for (long done = 0, size; done < count; done += size) {
                    size = pieces.next(count - done);
                    long offset = done * Float.BYTES;
                    target.invokeExact(x + offset, y + offset, size);
                }
            } catch (Throwable e) {
                throw failed(e);
            }
        }
    }

    private static final class Binary implements BinaryKernel {
        @SuppressWarnings("FieldMayBeFinal") // See Unary.
        private MethodHandle target;

        private final FirstPieces pieces = new FirstPieces();

        Binary(MethodHandle target) {
            this.target = target;
        }

        @Override
        public void run(long a, long b, long y, long count) {
            try {
                for (long done = 0, size; done < count; done += size) {
                    size = pieces.next(count - done);
                    long offset = done * Float.BYTES;
                    target.invokeExact(a + offset, b + offset, y + offset, size);
                }
            } catch (Throwable e) {
                throw failed(e);
            }
        }
    }

    private static final class Ternary implements TernaryKernel {
        @SuppressWarnings("FieldMayBeFinal") // See Unary.
        private MethodHandle target;

        private final FirstPieces pieces = new FirstPieces();

        Ternary(MethodHandle target) {
            this.target = target;
        }

        @Override
        public void run(long a, long b, long c, long y, long count) {
            try {
                for (long done = 0, size; done < count; done += size) {
                    size = pieces.next(count - done);
                    long offset = done * Float.BYTES;
                    target.invokeExact(a + offset, b + offset, c + offset, y + offset, size);
                }
            } catch (Throwable e) {
                throw failed(e);
            }
        }
    }
}
