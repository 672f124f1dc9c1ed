package dev.lockstep.module;

import dev.lockstep.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.TreeMap;

/**
 * Computes {@code weights_sha256}, by which runs are compared: SHA-256 over the tensors in order of name, for each the
 * name in UTF-8, a zero byte, the dtype's safetensors name, a zero byte, the shape as little-endian i64s, then the
 * values, little-endian, in C order.
 */
public final class WeightsDigest {
    private static final long CHUNK_BYTES = 1 << 20;

    static {
        if (ByteOrder.nativeOrder() != ByteOrder.LITTLE_ENDIAN) {
            throw new AssertionError("tensor memory is hashed as it lies, which needs a little-endian machine");
        }
    }

    private WeightsDigest() {}

    /** {@return the digest of a state dict, 64 lower-case hexadecimal digits} */
    public static String sha256(StateDict state) {
        MessageDigest digest = newDigest();
        new TreeMap<>(state.tensors()).forEach((name, tensor) -> add(digest, name, tensor));
        return HexFormat.of().formatHex(digest.digest());
    }

    private static void add(MessageDigest digest, String name, Tensor tensor) {
        digest.update(name.getBytes(StandardCharsets.UTF_8));
        digest.update((byte) 0);
        digest.update(tensor.dtype().safetensorsName().getBytes(StandardCharsets.UTF_8));
        digest.update((byte) 0);
        ByteBuffer sizes = ByteBuffer.allocate(Long.BYTES * tensor.rank()).order(ByteOrder.LITTLE_ENDIAN);
        for (long size : tensor.shape().toArray()) {
            sizes.putLong(size);
        }
        digest.update(sizes.array());
        TensorBytes.read(tensor, bytes -> add(digest, bytes));
    }

    private static void add(MessageDigest digest, MemorySegment bytes) {
        for (long at = 0; at < bytes.byteSize(); at += CHUNK_BYTES) {
            long count = Math.min(CHUNK_BYTES, bytes.byteSize() - at);
            digest.update(bytes.asSlice(at, count).asByteBuffer());
        }
    }

    private static MessageDigest newDigest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException absent) {
            throw new AssertionError("every JDK has SHA-256", absent);
        }
    }
}
