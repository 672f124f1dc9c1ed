package dev.lockstep.serialization;

import dev.lockstep.backend.Value;
import dev.lockstep.device.Storage;
import dev.lockstep.layout.DType;
import dev.lockstep.layout.Layout;
import dev.lockstep.module.StateDict;
import dev.lockstep.tensor.Tensor;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Writes objects as a pickle of protocol 2 with the instructions that {@code torch.load(weights_only=True)} allows.
 * Tensors are collected; their elements go to entries of their own, one for tensors that are the same memory.
 */
final class PickleWriter {
    private static final int DEPTH_MAX = 100;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final Map<Place, Integer> keys = new LinkedHashMap<>();
    private final List<Tensor> storages = new ArrayList<>();

    /** Where a tensor's elements lie; storages are equal only to themselves. */
    private record Place(Storage storage, Layout layout, DType dtype) {}

    /**
     * Pickles an object.
     *
     * @throws IllegalArgumentException if there is anything but maps, lists, texts, numbers, truth values, empty
     *     optionals and tensors in it
     */
    byte[] write(Object value) {
        byteOf(0x80);
        byteOf(2);
        put(value, 0);
        byteOf('.');
        return out.toByteArray();
    }

    /** {@return the tensors whose elements are to be written, by the key that the pickle gives them} */
    List<Tensor> storages() {
        return storages;
    }

    private void put(Object value, int depth) {
        if (depth > DEPTH_MAX) {
            throw new IllegalArgumentException("pickle: nested deeper than " + DEPTH_MAX);
        }
        switch (value) {
            case Tensor tensor -> tensor(tensor);
            case StateDict state -> map(state.tensors(), depth);
            case Map<?, ?> pairs -> map(pairs, depth);
            case List<?> items -> list(items, depth);
            case String text -> text(text);
            case Boolean truth -> byteOf(truth ? 0x88 : 0x89);
            case Integer number -> number(number);
            case Long number -> number(number);
            case Float number -> real(number);
            case Double number -> real(number);
            case Optional<?> none when none.isEmpty() -> byteOf('N');
            default ->
                throw new IllegalArgumentException("pickle: no way to write a "
                        + value.getClass().getName() + ", only maps, lists, texts, numbers, bools and tensors");
        }
    }

    private void map(Map<?, ?> pairs, int depth) {
        emptyOrderedDict();
        byteOf('(');
        pairs.forEach((key, value) -> {
            put(key, depth + 1);
            put(value, depth + 1);
        });
        byteOf('u');
    }

    private void emptyOrderedDict() {
        global("collections", "OrderedDict");
        byteOf(')');
        byteOf('R');
    }

    private void list(List<?> items, int depth) {
        byteOf(']');
        byteOf('(');
        items.forEach(item -> put(item, depth + 1));
        byteOf('e');
    }

    private void tensor(Tensor tensor) {
        Layout layout = Layout.contiguous(tensor.shape());
        global("torch._utils", "_rebuild_tensor_v2");
        byteOf('(');
        storage(tensor);
        number(0);
        longs(layout.shape().toArray());
        longs(layout.strides());
        byteOf(0x89);
        emptyOrderedDict();
        byteOf('t');
        byteOf('R');
    }

    private void storage(Tensor tensor) {
        byteOf('(');
        text("storage");
        global("torch", PickleGlobal.storageName(tensor.dtype()));
        text(Integer.toString(key(tensor)));
        text("cpu");
        number(tensor.numel());
        byteOf('t');
        byteOf('Q');
    }

    private int key(Tensor tensor) {
        Value value = tensor.value();
        Place place = new Place(value.storage(), value.layout(), value.dtype());
        return keys.computeIfAbsent(place, _ -> {
            storages.add(tensor);
            return storages.size() - 1;
        });
    }

    private void longs(long[] numbers) {
        byteOf('(');
        for (long number : numbers) {
            number(number);
        }
        byteOf('t');
    }

    private void number(long number) {
        if (number == (int) number) {
            byteOf('J');
            out.writeBytes(littleEndian(4).putInt((int) number).array());
        } else {
            byteOf(0x8a);
            byteOf(Long.BYTES);
            out.writeBytes(littleEndian(8).putLong(number).array());
        }
    }

    private void real(double number) {
        byteOf('G');
        out.writeBytes(ByteBuffer.allocate(8).putDouble(number).array());
    }

    private void text(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        byteOf('X');
        out.writeBytes(littleEndian(4).putInt(bytes.length).array());
        out.writeBytes(bytes);
    }

    private void global(String module, String name) {
        out.writeBytes(("c" + module + "\n" + name + "\n").getBytes(StandardCharsets.US_ASCII));
    }

    private static ByteBuffer littleEndian(int count) {
        return ByteBuffer.allocate(count).order(ByteOrder.LITTLE_ENDIAN);
    }

    private void byteOf(int opcode) {
        out.write(opcode);
    }
}
