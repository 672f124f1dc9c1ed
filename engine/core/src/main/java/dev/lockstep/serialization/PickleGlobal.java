package dev.lockstep.serialization;

import dev.lockstep.layout.DType;
import java.util.Map;
import java.util.Optional;

/**
 * What a pickle of weights may name: a closed list, so that nothing is ever looked up, loaded or called by name.
 * Storage classes and dtypes stand for a {@link DType}.
 */
sealed interface PickleGlobal {
    /** What may be called. */
    enum Function implements PickleGlobal {
        ORDERED_DICT,
        REBUILD_TENSOR,
        REBUILD_PARAMETER,
        SIZE,
        DEVICE
    }

    /** A storage class, by the dtype of its elements. */
    record StorageClass(DType dtype) implements PickleGlobal {}

    /** A dtype itself. */
    record TypeName(DType dtype) implements PickleGlobal {}

    /** The storage classes by name. */
    Map<String, DType> STORAGES = Map.of(
            "FloatStorage", DType.F32,
            "DoubleStorage", DType.F64,
            "HalfStorage", DType.F16,
            "BFloat16Storage", DType.BF16,
            "CharStorage", DType.I8,
            "ByteStorage", DType.U8,
            "ShortStorage", DType.I16,
            "IntStorage", DType.I32,
            "LongStorage", DType.I64,
            "BoolStorage", DType.BOOL);

    /** The dtypes by torch's name. */
    Map<String, DType> TYPES = Map.of(
            "float32", DType.F32,
            "float64", DType.F64,
            "float16", DType.F16,
            "bfloat16", DType.BF16,
            "int8", DType.I8,
            "uint8", DType.U8,
            "int16", DType.I16,
            "int32", DType.I32,
            "int64", DType.I64,
            "bool", DType.BOOL);

    /** {@return what a name stands for, empty if it is not on the list} */
    static Optional<PickleGlobal> of(String module, String name) {
        return switch (module + "." + name) {
            case "collections.OrderedDict" -> Optional.of(Function.ORDERED_DICT);
            case "torch._utils._rebuild_tensor_v2" -> Optional.of(Function.REBUILD_TENSOR);
            case "torch._utils._rebuild_parameter" -> Optional.of(Function.REBUILD_PARAMETER);
            case "torch.Size" -> Optional.of(Function.SIZE);
            case "torch.device" -> Optional.of(Function.DEVICE);
            default -> module.equals("torch") ? ofTorch(name) : Optional.empty();
        };
    }

    private static Optional<PickleGlobal> ofTorch(String name) {
        if (STORAGES.containsKey(name)) {
            return Optional.ofNullable(STORAGES.get(name)).map(StorageClass::new);
        }
        return Optional.ofNullable(TYPES.get(name)).map(TypeName::new);
    }

    /** {@return the name of the storage class of a dtype} */
    static String storageName(DType dtype) {
        return STORAGES.entrySet().stream()
                .filter(pair -> pair.getValue() == dtype)
                .map(Map.Entry::getKey)
                .findFirst()
                .orElseThrow(() -> new AssertionError("torch has a storage class of every dtype, but not of " + dtype));
    }
}
