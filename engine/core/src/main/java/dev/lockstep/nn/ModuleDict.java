package dev.lockstep.nn;

import dev.lockstep.module.Module;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;

/**
 * Holds modules by name. It is not called itself; the module that owns it calls its elements.
 *
 * @param <M> what it holds
 */
public final class ModuleDict<M extends Module<?, ?>> extends Module<Object, Object> {
    private final SequencedMap<String, M> elements = new LinkedHashMap<>();

    /** Makes a dictionary of modules, in the order of the map. */
    public ModuleDict(Map<String, ? extends M> modules) {
        modules.forEach(this::put);
    }

    /** Adds a module under a new name and returns it. */
    public M put(String name, M module) {
        elements.put(name, child(name, module));
        return module;
    }

    /**
     * {@return the module of a name}
     *
     * @throws IllegalArgumentException if there is none
     */
    public M get(String name) {
        M module = elements.get(name);
        if (module == null) {
            throw new IllegalArgumentException("ModuleDict: no module '" + name + "' among " + elements.keySet());
        }
        return module;
    }

    /** {@return the modules by name, in order} */
    public SequencedMap<String, M> modules() {
        return Collections.unmodifiableSequencedMap(elements);
    }

    /** Refuses: a dictionary has no order of computation. */
    @Override
    public Object forward(Object input) {
        throw new UnsupportedOperationException("ModuleDict is not called itself: call its elements");
    }
}
