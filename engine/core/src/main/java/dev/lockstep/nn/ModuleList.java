package dev.lockstep.nn;

import dev.lockstep.module.Module;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;

/**
 * Holds modules in a list, named by their index from 0. It is not called itself; the module that owns it calls its
 * elements.
 *
 * @param <M> what the list holds
 */
public final class ModuleList<M extends Module<?, ?>> extends Module<Object, Object> implements Iterable<M> {
    private final List<M> elements = new ArrayList<>();

    /** Makes a list of modules. */
    public ModuleList(List<? extends M> modules) {
        modules.forEach(this::add);
    }

    /** Adds a module at the end and returns it. */
    public M add(M module) {
        elements.add(child(Integer.toString(elements.size()), module));
        return module;
    }

    /** {@return the module at an index} */
    public M get(int index) {
        return elements.get(index);
    }

    /** {@return how many modules there are} */
    public int size() {
        return elements.size();
    }

    @Override
    public Iterator<M> iterator() {
        return Collections.unmodifiableList(elements).iterator();
    }

    /** Refuses: a list has no order of computation. */
    @Override
    public Object forward(Object input) {
        throw new UnsupportedOperationException(
                "ModuleList is not called itself: call its elements, or use Sequential");
    }
}
