package dev.lockstep.tensor;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Walks the tensors inside of a value: a tensor, or tensors in collections, maps, arrays, optionals and records, nested
 * at will. Other objects are left alone.
 */
public final class TensorTree {
    private static final ClassValue<RecordComponent[]> COMPONENTS = new ClassValue<>() {
        @Override
        protected RecordComponent[] computeValue(Class<?> type) {
            RecordComponent[] components = type.getRecordComponents();
            for (RecordComponent component : components) {
                component.getAccessor().setAccessible(true);
            }
            return components;
        }
    };

    private TensorTree() {}

    /** Calls {@code action} with every tensor in {@code value}, in the order of the containers. */
    public static void forEach(@Nullable Object value, Consumer<Tensor> action) {
        switch (value) {
            case null -> {}
            case Tensor tensor -> action.accept(tensor);
            case Gradients gradients -> gradients.tensors().forEach(action);
            case Collection<?> collection -> collection.forEach(element -> forEach(element, action));
            case Map<?, ?> map -> map.values().forEach(element -> forEach(element, action));
            case Optional<?> optional -> optional.ifPresent(element -> forEach(element, action));
            case Object[] array -> {
                for (Object element : array) {
                    forEach(element, action);
                }
            }
            case Record tuple -> {
                for (RecordComponent component : components(tuple)) {
                    forEach(read(component, tuple), action);
                }
            }
            default -> {}
        }
    }

    /**
     * {@return {@code value} with what {@code change} gives in place of each of its tensors; the same object where that
     * changes none} Tensors in collections that are not lists stay. Lists and maps become unmodifiable ones.
     *
     * @throws IllegalArgumentException if a record that holds a changed tensor cannot be made anew
     */
    @SuppressWarnings({"unchecked", "NullAway"}) // Each kind of thing becomes one of its kind, and null stays null.
    public static <T> T map(T value, UnaryOperator<Tensor> change) {
        return (T) new TreeMapping(change).apply(value);
    }

    /** Keeps every tensor in {@code value} (see {@link Tensor#keep}). Returns the value. */
    public static <T> T keep(T value) {
        forEach(value, Tensor::keep);
        return value;
    }

    /** Closes every tensor in {@code value}. */
    public static void close(@Nullable Object value) {
        forEach(value, Tensor::close);
    }

    static RecordComponent[] components(Record tuple) {
        return COMPONENTS.get(tuple.getClass());
    }

    static @Nullable Object read(RecordComponent component, Object tuple) {
        try {
            return component.getAccessor().invoke(tuple);
        } catch (IllegalAccessException | InvocationTargetException failure) {
            throw new IllegalArgumentException(
                    "tensor tree: cannot read " + component + " of " + tuple.getClass(), failure);
        }
    }
}
