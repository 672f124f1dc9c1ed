package dev.lockstep.serialization;

import dev.lockstep.layout.DType;
import java.util.Arrays;
import java.util.Optional;

/** The types of elements that the safetensors format knows, by the names that stand in a header. */
enum SafetensorsType {
    BOOL(8),
    F4(4),
    F6_E2M3(6),
    F6_E3M2(6),
    U8(8),
    I8(8),
    F8_E5M2(8),
    F8_E4M3(8),
    F8_E8M0(8),
    F8_E4M3FNUZ(8),
    F8_E5M2FNUZ(8),
    I16(16),
    U16(16),
    F16(16),
    BF16(16),
    I32(32),
    U32(32),
    F32(32),
    C64(64),
    F64(64),
    I64(64),
    U64(64);

    private final int bits;

    SafetensorsType(int bits) {
        this.bits = bits;
    }

    /** {@return the type of a dtype} */
    static SafetensorsType of(DType dtype) {
        return valueOf(dtype.safetensorsName());
    }

    /** {@return the dtype, empty if there are no tensors of this type} */
    Optional<DType> dtype() {
        return Arrays.stream(DType.values())
                .filter(dtype -> dtype.safetensorsName().equals(name()))
                .findFirst();
    }

    /** {@return the bytes that some elements take; -1 if they end inside of a byte or are too many} */
    long sizeBytes(long elements) {
        if (elements > Long.MAX_VALUE / bits || elements * bits % Byte.SIZE != 0) {
            return -1;
        }
        return elements * bits / Byte.SIZE;
    }
}
