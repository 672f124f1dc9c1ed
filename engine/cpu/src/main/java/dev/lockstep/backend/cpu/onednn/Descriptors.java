package dev.lockstep.backend.cpu.onednn;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.lockstep.layout.DType;
import java.lang.invoke.MethodHandle;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongConsumer;

/** Collects the native objects that are needed only while a primitive is being made, and destroys them together. */
final class Descriptors implements AutoCloseable {
    private static final MethodHandle REORDER = Dnnl.function(
            "dnnl_reorder_primitive_desc_create", ADDRESS, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG);

    private final List<Runnable> releases = new ArrayList<>();

    /** Describes an f32 tensor of the given sizes and strides (in elements). */
    long strided(long[] dims, long[] strides) {
        return keep(Dnnl.createDescriptor(Dnnl.F32, dims, strides), Dnnl::destroyDescriptor);
    }

    /** Describes a tensor of F32 or BF16 numbers of the given sizes and strides (in elements). */
    long strided(DType dtype, long[] dims, long[] strides) {
        return keep(Dnnl.createDescriptor(number(dtype), dims, strides), Dnnl::destroyDescriptor);
    }

    private static int number(DType dtype) {
        return dtype == DType.BF16 ? Dnnl.BF16 : Dnnl.F32;
    }

    /** Describes an f32 tensor in C order. */
    long plain(long... dims) {
        long[] strides = new long[dims.length];
        long step = 1;
        for (int i = dims.length - 1; i >= 0; i--) {
            strides[i] = step;
            step *= dims[i];
        }
        return strided(dims, strides);
    }

    /** Describes a tensor of F32 or BF16 numbers whose layout oneDNN shall choose. */
    long any(DType dtype, long... dims) {
        return keep(Dnnl.createAnyDescriptor(number(dtype), dims), Dnnl::destroyDescriptor);
    }

    /** Describes a reorder, which also converts between dtypes. */
    long reorder(long engine, long from, long to) {
        long attributes = attributes();
        return primitive(Dnnl.create("dnnl_reorder_primitive_desc_create", (arena, out) ->
                (int) REORDER.invokeExact(out, from, engine, to, engine, attributes)));
    }

    /** Makes the attributes of a primitive. */
    long attributes() {
        return keep(Dnnl.createAttributes(), Dnnl::destroyAttributes);
    }

    /** Makes the attributes of a primitive that adds to its destination. */
    long addingAttributes() {
        long attributes = attributes();
        Dnnl.addToDestination(attributes);
        return attributes;
    }

    /** Takes over a primitive descriptor. */
    long primitive(long descriptor) {
        return keep(descriptor, Dnnl::destroyPrimitiveDescriptor);
    }

    private long keep(long handle, LongConsumer destroy) {
        releases.add(() -> destroy.accept(handle));
        return handle;
    }

    @Override
    public void close() {
        for (int i = releases.size() - 1; i >= 0; i--) {
            releases.get(i).run();
        }
        releases.clear();
    }
}
