package dev.lockstep.module;

import dev.lockstep.tensor.Tensor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.Set;

/** Walks a tree of modules. Keys are the names on the way down, joined by dots. */
final class ModuleTree {
    private ModuleTree() {}

    static SequencedMap<String, Module<?, ?>> namedModules(Module<?, ?> root) {
        SequencedMap<String, Module<?, ?>> found = new LinkedHashMap<>();
        collectModules(root, "", identitySet(), found);
        return found;
    }

    private static void collectModules(
            Module<?, ?> module, String path, Set<Object> seen, SequencedMap<String, Module<?, ?>> found) {
        if (seen.add(module)) {
            found.put(path, module);
            module.children().forEach((name, child) -> collectModules(child, join(path, name), seen, found));
        }
    }

    static SequencedMap<String, Tensor> namedParameters(Module<?, ?> root) {
        SequencedMap<String, Tensor> found = new LinkedHashMap<>();
        Set<Object> seen = identitySet();
        namedModules(root)
                .forEach((path, module) -> module.ownParameters().forEach((name, tensor) -> {
                    if (seen.add(tensor)) {
                        found.put(join(path, name), tensor);
                    }
                }));
        return found;
    }

    static SequencedMap<String, Tensor> namedBuffers(Module<?, ?> root) {
        SequencedMap<String, Tensor> found = new LinkedHashMap<>();
        Set<Object> seen = identitySet();
        namedModules(root)
                .forEach((path, module) -> module.ownBuffers().forEach((name, buffer) -> {
                    if (seen.add(buffer.tensor())) {
                        found.put(join(path, name), buffer.tensor());
                    }
                }));
        return found;
    }

    /**
     * Lists everything the state dict has: own parameters, own buffers, then each child; shared ones under each of
     * their keys.
     */
    static SequencedMap<String, Tensor> state(Module<?, ?> root) {
        SequencedMap<String, Tensor> found = new LinkedHashMap<>();
        collectState(root, "", found);
        return found;
    }

    /** {@return every parameter and buffer, the ones that the state dict leaves out too, each once} */
    static List<Tensor> all(Module<?, ?> root) {
        List<Tensor> found = new ArrayList<>(namedParameters(root).values());
        found.addAll(namedBuffers(root).values());
        return found;
    }

    private static void collectState(Module<?, ?> module, String path, SequencedMap<String, Tensor> found) {
        module.ownParameters().forEach((name, tensor) -> found.put(join(path, name), tensor));
        module.ownBuffers().forEach((name, buffer) -> {
            if (buffer.persistent()) {
                found.put(join(path, name), buffer.tensor());
            }
        });
        module.children().forEach((name, child) -> collectState(child, join(path, name), found));
    }

    static String print(Module<?, ?> module) {
        if (module.children().isEmpty()) {
            return module.typeName() + "(" + module.description() + ")";
        }
        List<String> lines = new ArrayList<>();
        if (!module.description().isEmpty()) {
            lines.add("  " + module.description());
        }
        module.children()
                .forEach((name, child) ->
                        lines.add("  (" + name + "): " + print(child).replace("\n", "\n  ")));
        return module.typeName() + "(\n" + String.join("\n", lines) + "\n)";
    }

    private static String join(String path, String name) {
        return path.isEmpty() ? name : path + "." + name;
    }

    static Set<Object> identitySet() {
        return Collections.newSetFromMap(new IdentityHashMap<>());
    }
}
