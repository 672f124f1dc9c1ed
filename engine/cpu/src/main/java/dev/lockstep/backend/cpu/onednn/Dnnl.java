package dev.lockstep.backend.cpu.onednn;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;

/**
 * Names the C functions of oneDNN 3 that are used, with their constants. Handles are plain addresses (long). A status
 * other than success becomes an {@link IllegalStateException}. Thread-safe, as far as oneDNN's objects are.
 */
@SuppressWarnings("restricted") // A binding of C functions.
final class Dnnl {
    static final int BF16 = 2;
    static final int F32 = 3;
    static final int TAG_ANY = 1;
    static final int FORWARD_TRAINING = 64;
    static final int CONVOLUTION_DIRECT = 1;
    static final int QUERY_WEIGHTS = 131;
    static final int QUERY_DIFF_WEIGHTS = 132;
    static final int QUERY_SCRATCHPAD = 136;
    static final int ARG_SRC = 1;
    static final int ARG_DST = 17;
    static final int ARG_WEIGHTS = 33;
    static final int ARG_BIAS = 41;
    static final int ARG_SCRATCHPAD = 80;
    static final int ARG_DIFF_SRC = 129;
    static final int ARG_DIFF_DST = 145;
    static final int ARG_DIFF_WEIGHTS = 161;
    static final int ARG_FROM = ARG_SRC;
    static final int ARG_TO = ARG_DST;

    private static final int QUERY_IMPLEMENTATION = 8;
    private static final int KIND_CPU = 1;
    private static final int STREAM_IN_ORDER = 1;
    private static final int SCRATCHPAD_USER = 1;
    private static final int MAX_NAME_BYTES = 256;

    private static final Linker LINKER = Linker.nativeLinker();
    private static final SymbolLookup LIBRARY = NativeLibraries.open().dnnl();

    private static final MethodHandle VERSION =
            LINKER.downcallHandle(symbol(LIBRARY, "dnnl_version"), FunctionDescriptor.of(ADDRESS));
    private static final MethodHandle EFFECTIVE_ISA = function("dnnl_get_effective_cpu_isa");
    private static final MethodHandle SET_MAX_ISA = function("dnnl_set_max_cpu_isa", JAVA_INT);
    private static final MethodHandle ENGINE_CREATE = function("dnnl_engine_create", ADDRESS, JAVA_INT, JAVA_LONG);
    private static final MethodHandle STREAM_CREATE = function("dnnl_stream_create", ADDRESS, JAVA_LONG, JAVA_INT);
    private static final MethodHandle STREAM_DESTROY = function("dnnl_stream_destroy", JAVA_LONG);
    private static final MethodHandle DESC_STRIDES =
            function("dnnl_memory_desc_create_with_strides", ADDRESS, JAVA_INT, ADDRESS, JAVA_INT, ADDRESS);
    private static final MethodHandle DESC_TAG =
            function("dnnl_memory_desc_create_with_tag", ADDRESS, JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT);
    private static final MethodHandle DESC_CLONE = function("dnnl_memory_desc_clone", ADDRESS, JAVA_LONG);
    private static final MethodHandle DESC_EQUAL = function("dnnl_memory_desc_equal", JAVA_LONG, JAVA_LONG);
    private static final MethodHandle DESC_DESTROY = function("dnnl_memory_desc_destroy", JAVA_LONG);
    private static final MethodHandle DESC_SIZE = LINKER.downcallHandle(
            symbol(LIBRARY, "dnnl_memory_desc_get_size"), FunctionDescriptor.of(JAVA_LONG, JAVA_LONG));
    private static final MethodHandle MEMORY_CREATE =
            function("dnnl_memory_create", ADDRESS, JAVA_LONG, JAVA_LONG, JAVA_LONG);
    private static final MethodHandle MEMORY_SET = function("dnnl_memory_set_data_handle", JAVA_LONG, JAVA_LONG);
    private static final MethodHandle MEMORY_DESTROY = function("dnnl_memory_destroy", JAVA_LONG);
    private static final MethodHandle ATTR_CREATE = function("dnnl_primitive_attr_create", ADDRESS);
    private static final MethodHandle ATTR_SCRATCHPAD =
            function("dnnl_primitive_attr_set_scratchpad_mode", JAVA_LONG, JAVA_INT);
    private static final MethodHandle ATTR_POST_OPS =
            function("dnnl_primitive_attr_set_post_ops", JAVA_LONG, JAVA_LONG);
    private static final MethodHandle POST_OPS_CREATE = function("dnnl_post_ops_create", ADDRESS);
    private static final MethodHandle POST_OPS_SUM =
            function("dnnl_post_ops_append_sum", JAVA_LONG, JAVA_FLOAT, JAVA_INT, JAVA_INT);
    private static final MethodHandle POST_OPS_DESTROY = function("dnnl_post_ops_destroy", JAVA_LONG);
    private static final MethodHandle ATTR_DESTROY = function("dnnl_primitive_attr_destroy", JAVA_LONG);
    private static final MethodHandle PD_QUERY =
            function("dnnl_primitive_desc_query", JAVA_LONG, JAVA_INT, JAVA_INT, ADDRESS);
    private static final MethodHandle PD_QUERY_DESC = LINKER.downcallHandle(
            symbol(LIBRARY, "dnnl_primitive_desc_query_md"),
            FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_INT));
    private static final MethodHandle PD_DESTROY = function("dnnl_primitive_desc_destroy", JAVA_LONG);
    private static final MethodHandle PRIMITIVE_CREATE = function("dnnl_primitive_create", ADDRESS, JAVA_LONG);
    private static final MethodHandle PRIMITIVE_EXECUTE =
            function("dnnl_primitive_execute", JAVA_LONG, JAVA_LONG, JAVA_INT, ADDRESS);
    private static final MethodHandle PRIMITIVE_DESTROY = function("dnnl_primitive_destroy", JAVA_LONG);
    private static final MethodHandle OMP_SET_NUM_THREADS = LINKER.downcallHandle(
            symbol(NativeLibraries.open().gomp(), "omp_set_num_threads"), FunctionDescriptor.ofVoid(JAVA_INT));

    private Dnnl() {}

    /** {@return a handle of a function that gives a status} */
    static MethodHandle function(String name, MemoryLayout... arguments) {
        return LINKER.downcallHandle(symbol(LIBRARY, name), FunctionDescriptor.of(JAVA_INT, arguments));
    }

    private static MemorySegment symbol(SymbolLookup library, String name) {
        return library.find(name)
                .orElseThrow(() -> new IllegalStateException("cpu: the native library has no function " + name));
    }

    /** Turns a status that is not success (0) into an exception. */
    static void check(int status, String function) {
        if (status != 0) {
            throw new IllegalStateException("oneDNN: " + function + " failed: " + statusName(status));
        }
    }

    private static String statusName(int status) {
        return switch (status) {
            case 1 -> "out of memory (1)";
            case 2 -> "invalid arguments (2)";
            case 3 -> "unimplemented (3)";
            case 4 -> "last implementation reached (4)";
            case 5 -> "runtime error (5)";
            case 6 -> "not required (6)";
            default -> "status " + status;
        };
    }

    /** Calls a status-giving function whose first argument receives a handle, and returns that handle. */
    static long create(String function, Creator creator) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment out = arena.allocate(ADDRESS);
            check(creator.create(arena, out), function);
            return out.get(JAVA_LONG, 0);
        } catch (Throwable e) {
            throw failed(function, e);
        }
    }

    /** A call of a creating function. */
    @FunctionalInterface
    interface Creator {
        /** Calls the function with {@code out} as its first argument; short-lived arguments come from {@code arena}. */
        int create(Arena arena, MemorySegment out) throws Throwable;
    }

    private static RuntimeException failed(String function, Throwable e) {
        if (e instanceof RuntimeException runtime) {
            return runtime;
        }
        if (e instanceof Error error) {
            throw error;
        }
        return new IllegalStateException("oneDNN: " + function + " failed: " + e, e);
    }

    /** {@return {@code major.minor.patch hash} of the loaded library} */
    static String version() {
        try {
            MemorySegment v = ((MemorySegment) VERSION.invokeExact()).reinterpret(24);
            MemorySegment hash = v.get(ADDRESS, 16);
            String commit = hash.address() == 0
                    ? ""
                    : "-" + hash.reinterpret(MAX_NAME_BYTES).getString(0);
            return v.get(JAVA_INT, 0) + "." + v.get(JAVA_INT, 4) + "." + v.get(JAVA_INT, 8) + commit;
        } catch (Throwable e) {
            throw failed("dnnl_version", e);
        }
    }

    /** {@return the instruction set that kernels are generated for, as dnnl_cpu_isa_t} */
    static int effectiveIsa() {
        try {
            return (int) EFFECTIVE_ISA.invokeExact();
        } catch (Throwable e) {
            throw failed("dnnl_get_effective_cpu_isa", e);
        }
    }

    /** Limits the instruction set. Must come before anything else that oneDNN does. */
    static void setMaxIsa(int isa) {
        try {
            check((int) SET_MAX_ISA.invokeExact(isa), "dnnl_set_max_cpu_isa");
        } catch (Throwable e) {
            throw failed("dnnl_set_max_cpu_isa", e);
        }
    }

    static long createEngine() {
        return create("dnnl_engine_create", (arena, out) -> (int) ENGINE_CREATE.invokeExact(out, KIND_CPU, 0L));
    }

    static long createStream(long engine) {
        return create(
                "dnnl_stream_create", (arena, out) -> (int) STREAM_CREATE.invokeExact(out, engine, STREAM_IN_ORDER));
    }

    static long createDescriptor(int dtype, long[] dims, long[] strides) {
        return create("dnnl_memory_desc_create_with_strides", (arena, out) -> (int) DESC_STRIDES.invokeExact(
                out, dims.length, arena.allocateFrom(JAVA_LONG, dims), dtype, arena.allocateFrom(JAVA_LONG, strides)));
    }

    static long createAnyDescriptor(int dtype, long[] dims) {
        return create("dnnl_memory_desc_create_with_tag", (arena, out) ->
                (int) DESC_TAG.invokeExact(out, dims.length, arena.allocateFrom(JAVA_LONG, dims), dtype, TAG_ANY));
    }

    static long cloneDescriptor(long descriptor) {
        return create("dnnl_memory_desc_clone", (arena, out) -> (int) DESC_CLONE.invokeExact(out, descriptor));
    }

    static boolean equalDescriptors(long left, long right) {
        try {
            return (int) DESC_EQUAL.invokeExact(left, right) != 0;
        } catch (Throwable e) {
            throw failed("dnnl_memory_desc_equal", e);
        }
    }

    static long sizeBytes(long descriptor) {
        try {
            return (long) DESC_SIZE.invokeExact(descriptor);
        } catch (Throwable e) {
            throw failed("dnnl_memory_desc_get_size", e);
        }
    }

    static long createMemory(long descriptor, long engine) {
        return create(
                "dnnl_memory_create", (arena, out) -> (int) MEMORY_CREATE.invokeExact(out, descriptor, engine, 0L));
    }

    static void setAddress(long memory, long address) {
        try {
            check((int) MEMORY_SET.invokeExact(memory, address), "dnnl_memory_set_data_handle");
        } catch (Throwable e) {
            throw failed("dnnl_memory_set_data_handle", e);
        }
    }

    /** Makes attributes that leave the scratchpad to the caller, so that primitives own no working memory. */
    static long createAttributes() {
        long attributes = create("dnnl_primitive_attr_create", (arena, out) -> (int) ATTR_CREATE.invokeExact(out));
        try {
            check((int) ATTR_SCRATCHPAD.invokeExact(attributes, SCRATCHPAD_USER), "set_scratchpad_mode");
        } catch (Throwable e) {
            throw failed("set_scratchpad_mode", e);
        }
        return attributes;
    }

    /** Makes a primitive with these attributes add its result to what stands where the result goes. */
    static void addToDestination(long attributes) {
        long postOps = create("dnnl_post_ops_create", (arena, out) -> (int) POST_OPS_CREATE.invokeExact(out));
        try {
            check((int) POST_OPS_SUM.invokeExact(postOps, 1f, 0, 0), "dnnl_post_ops_append_sum");
            check((int) ATTR_POST_OPS.invokeExact(attributes, postOps), "dnnl_primitive_attr_set_post_ops");
        } catch (Throwable e) {
            throw failed("dnnl_primitive_attr_set_post_ops", e);
        } finally {
            destroy(POST_OPS_DESTROY, postOps);
        }
    }

    /** {@return the descriptor that the primitive descriptor chose; it belongs to it} 0 where it has none. */
    static long queryDescriptor(long primitiveDescriptor, int what) {
        try {
            return (long) PD_QUERY_DESC.invokeExact(primitiveDescriptor, what, 0);
        } catch (Throwable e) {
            throw failed("dnnl_primitive_desc_query_md", e);
        }
    }

    /** {@return the name of the chosen implementation, such as {@code brg_matmul:avx2}} */
    static String implementation(long primitiveDescriptor) {
        long name = create("dnnl_primitive_desc_query", (arena, out) ->
                (int) PD_QUERY.invokeExact(primitiveDescriptor, QUERY_IMPLEMENTATION, 0, out));
        return MemorySegment.ofAddress(name).reinterpret(MAX_NAME_BYTES).getString(0);
    }

    static long createPrimitive(long primitiveDescriptor) {
        return create(
                "dnnl_primitive_create", (arena, out) -> (int) PRIMITIVE_CREATE.invokeExact(out, primitiveDescriptor));
    }

    /**
     * Runs a primitive on one OpenMP thread: the number of threads is a property of the calling thread, so it is set
     * each time.
     */
    static void execute(long primitive, long stream, int count, MemorySegment arguments) {
        try {
            OMP_SET_NUM_THREADS.invokeExact(1);
            check((int) PRIMITIVE_EXECUTE.invokeExact(primitive, stream, count, arguments), "dnnl_primitive_execute");
        } catch (Throwable e) {
            throw failed("dnnl_primitive_execute", e);
        }
    }

    /** Makes the calling thread's OpenMP regions run on that thread alone. */
    static void useOneThread() {
        try {
            OMP_SET_NUM_THREADS.invokeExact(1);
        } catch (Throwable e) {
            throw failed("omp_set_num_threads", e);
        }
    }

    static void destroyDescriptor(long descriptor) {
        destroy(DESC_DESTROY, descriptor);
    }

    static void destroyAttributes(long attributes) {
        destroy(ATTR_DESTROY, attributes);
    }

    static void destroyMemory(long memory) {
        destroy(MEMORY_DESTROY, memory);
    }

    static void destroyPrimitiveDescriptor(long primitiveDescriptor) {
        destroy(PD_DESTROY, primitiveDescriptor);
    }

    static void destroyPrimitive(long primitive) {
        destroy(PRIMITIVE_DESTROY, primitive);
    }

    static void destroyStream(long stream) {
        destroy(STREAM_DESTROY, stream);
    }

    private static void destroy(MethodHandle function, long handle) {
        try {
            check((int) function.invokeExact(handle), "destroy");
        } catch (Throwable e) {
            throw failed("destroy", e);
        }
    }
}
