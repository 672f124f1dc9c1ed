package dev.lockstep.module;

import dev.lockstep.tensor.Tensor;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Looks through the fields of modules for what was not registered. */
final class RegistrationCheck {
    private RegistrationCheck() {}

    static void check(Module<?, ?> root) {
        List<String> problems = new ArrayList<>();
        root.namedModules().forEach((path, module) -> {
            Set<Object> registered = registered(module);
            for (Field field : fields(module)) {
                String kind = kindOf(read(field, module), registered);
                if (!kind.isEmpty()) {
                    String place = path.isEmpty() ? "" : path + ".";
                    problems.add(place + field.getName() + " holds " + kind);
                }
            }
        });
        if (!problems.isEmpty()) {
            throw new IllegalStateException(root.typeName() + ": not registered: " + String.join("; ", problems)
                    + ". Wrap it in child(name, ...), param(name, ...) or buffer(name, ...)");
        }
    }

    private static Set<Object> registered(Module<?, ?> module) {
        Set<Object> registered = ModuleTree.identitySet();
        registered.addAll(module.namedModules().values());
        registered.addAll(ModuleTree.state(module).values());
        return registered;
    }

    private static List<Field> fields(Module<?, ?> module) {
        List<Field> fields = new ArrayList<>();
        for (Class<?> type = module.getClass(); type != null && type != Module.class; type = type.getSuperclass()) {
            for (Field field : type.getDeclaredFields()) {
                if (!Modifier.isStatic(field.getModifiers()) && !field.isSynthetic()) {
                    fields.add(field);
                }
            }
        }
        return fields;
    }

    private static String kindOf(@Nullable Object value, Set<Object> registered) {
        if (value instanceof Module<?, ?> && !registered.contains(value)) {
            return "a module";
        }
        boolean trainable = value instanceof Tensor tensor && !tensor.isClosed() && tensor.requiresGrad();
        return trainable && !registered.contains(value) ? "a tensor that requires a gradient" : "";
    }

    private static @Nullable Object read(Field field, Module<?, ?> module) {
        try {
            field.setAccessible(true);
            return field.get(module);
        } catch (IllegalAccessException refused) {
            throw new IllegalStateException("check: cannot read " + field, refused);
        }
    }
}
