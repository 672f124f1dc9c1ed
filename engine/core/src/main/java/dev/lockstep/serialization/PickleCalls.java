package dev.lockstep.serialization;

import dev.lockstep.layout.Layout;
import dev.lockstep.layout.Shape;
import dev.lockstep.serialization.PickleReader.PickleException;
import dev.lockstep.serialization.PickleReader.Tuple;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The few functions that a pickle of weights may call. Arguments are not trusted. */
final class PickleCalls {
    private static final int RANK_MAX = 64;

    private PickleCalls() {}

    static Object call(PickleGlobal.Function function, List<Object> arguments) {
        return switch (function) {
            case ORDERED_DICT -> orderedDict(arguments);
            case REBUILD_TENSOR -> tensor(arguments);
            case REBUILD_PARAMETER -> parameter(arguments);
            case SIZE -> new Tuple(PickleReader.items(single(arguments), "sizes"));
            case DEVICE -> device(arguments);
        };
    }

    private static Object orderedDict(List<Object> arguments) {
        LinkedHashMap<Object, Object> made = new LinkedHashMap<>();
        if (arguments.isEmpty()) {
            return made;
        }
        if (!(single(arguments) instanceof ArrayList<?> pairs)) {
            throw new PickleException("OrderedDict: expected a list of pairs");
        }
        for (Object pair : pairs) {
            List<Object> items =
                    pair instanceof ArrayList<?> list ? new ArrayList<>(list) : PickleReader.items(pair, "a pair");
            if (items.size() != 2) {
                throw new PickleException("OrderedDict: expected pairs");
            }
            putAll(made, items);
        }
        return made;
    }

    /** Puts keys and values, in turn, into a dictionary. Keys are texts, whole numbers or truth values. */
    static void putAll(Map<Object, Object> target, List<Object> items) {
        for (int i = 0; i < items.size(); i += 2) {
            Object key = items.get(i);
            if (!(key instanceof String || key instanceof Long || key instanceof Boolean)) {
                throw new PickleException("a key that is neither a text nor a whole number");
            }
            if (target.put(key, items.get(i + 1)) != null) {
                throw new PickleException("key '" + key + "' twice");
            }
        }
    }

    private static Object device(List<Object> arguments) {
        boolean fits = !arguments.isEmpty() && arguments.size() <= 2 && arguments.getFirst() instanceof String;
        if (!fits) {
            throw new PickleException("device: expected a name and a number");
        }
        return arguments.getFirst() + (arguments.size() == 2 ? ":" + arguments.get(1) : "");
    }

    private static Object parameter(List<Object> arguments) {
        if (arguments.size() == 3 && arguments.getFirst() instanceof PickledTensor tensor) {
            return tensor;
        }
        throw new PickleException("_rebuild_parameter: expected a tensor and two more arguments");
    }

    private static Object tensor(List<Object> arguments) {
        boolean fits = (arguments.size() == 6 || arguments.size() == 7)
                && arguments.getFirst() instanceof PickledTensor.Storage
                && arguments.get(1) instanceof Long;
        if (!fits) {
            throw new PickleException("_rebuild_tensor_v2: expected a storage, an offset, sizes, strides and two more");
        }
        var storage = (PickledTensor.Storage) arguments.getFirst();
        long offset = (Long) arguments.get(1);
        long[] sizes = longs(arguments.get(2), "sizes");
        long[] strides = longs(arguments.get(3), "strides");
        return new PickledTensor(storage, layout(storage, offset, sizes, strides));
    }

    private static long[] longs(Object found, String what) {
        List<Object> items = PickleReader.items(found, what);
        boolean whole = items.stream().allMatch(item -> item instanceof Long number && number >= 0);
        if (!whole || items.size() > RANK_MAX) {
            throw new PickleException("a tensor's " + what + " must be at most " + RANK_MAX + " whole numbers from 0");
        }
        return items.stream().mapToLong(item -> (Long) item).toArray();
    }

    /** Checks that no element lies outside of the storage, and that there are no more elements than it has. */
    private static Layout layout(PickledTensor.Storage storage, long offset, long[] sizes, long[] strides) {
        if (sizes.length != strides.length || offset < 0 || offset > storage.count()) {
            throw new PickleException("a tensor at " + offset + " with " + sizes.length + " sizes and " + strides.length
                    + " strides, in a storage of " + storage.count());
        }
        try {
            Shape shape = Shape.of(sizes);
            long last = offset;
            for (int axis = 0; axis < sizes.length && shape.elements() > 0; axis++) {
                last = Math.addExact(last, Math.multiplyExact(sizes[axis] - 1, strides[axis]));
            }
            boolean fits = shape.elements() == 0 || (last < storage.count() && shape.elements() <= storage.count());
            if (!fits) {
                throw new PickleException("a tensor of shape " + shape + " ends at element " + last
                        + " of a storage of " + storage.count() + "; save expanded tensors with contiguous()");
            }
            return Layout.of(shape, strides, offset);
        } catch (ArithmeticException overflow) {
            throw new PickleException("a tensor whose sizes or strides multiply to more than 64 bits");
        }
    }

    private static Object single(List<Object> arguments) {
        if (arguments.size() != 1) {
            throw new PickleException("expected one argument, found " + arguments.size());
        }
        return arguments.getFirst();
    }
}
