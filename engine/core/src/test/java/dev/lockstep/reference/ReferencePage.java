package dev.lockstep.reference;

import dev.lockstep.distributions.Distribution;
import dev.lockstep.module.Module;
import dev.lockstep.optim.Optimizer;
import dev.lockstep.reference.JavaSource.Method;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** Writes docs/reference.md from the sources of the engine. */
final class ReferencePage {
    private static final String ROOT = "dev.lockstep.";
    private static final List<String> OF_TENSOR =
            List.of("torch.Tensor", "torch", "torch.nn.functional", "torch.special", "torch.linalg", "torch.autograd");
    private static final List<String> OF_FUNCTIONS = List.of(
            "torch",
            "torch.nn.functional",
            "torch.autograd.functional",
            "torch.autograd",
            "torch.linalg",
            "torch.fft",
            "torch.special",
            "torch.Tensor");

    private final Path sources;
    private final Counterparts counterparts;
    private final StringBuilder out = new StringBuilder();

    ReferencePage(Path sources, Counterparts counterparts) {
        this.sources = sources;
        this.counterparts = counterparts;
    }

    String write() {
        out.append("""
                # Reference

                Every op, module, optimizer and initialiser with its counterpart in PyTorch. Generated from the
                sources by `ReferencePageTest`, which fails when this page is stale; a dash means that PyTorch has no
                counterpart. Names are PyTorch's in camelCase, semantics are PyTorch's unless a difference is listed.
                Differences that hold everywhere:

                - Gradients are values: `Gradients g = loss.backward(); optimizer.step(g)`. There is no `.grad` to
                  zero; accumulating is `g.plus(h)`.
                - Tensors die with the scope that they were made in (`Scope`, a module's call, a turn of a loader's
                  loop); `keep()` takes one out.
                - Randomness inside of a training step is counter-based: the same numbers for any number of workers.
                - A schedule is a function of the step, not a recursion, so a run that goes on needs no state of it.
                - Options are lambdas over a record: `new Conv2d(3, 64, 3, o -> o.stride(2).padding(1))`.
                """);
        tensorMethods();
        functions();
        types("Modules", "nn", "torch.nn", Module.class);
        types("Distributions", "distributions", "torch.distributions", Distribution.class);
        statics("Initialisers", "nn/Init", List.of("torch.nn.init"));
        types("Optimizers", "optim", "torch.optim", Optimizer.class);
        statics("Schedules", "optim/Schedule", List.of("torch.optim.lr_scheduler"));
        others();
        return out.toString();
    }

    private void tensorMethods() {
        heading("Methods of tensors");
        Map<String, Method> methods = new LinkedHashMap<>();
        for (JavaSource source : files("tensor", name -> name.endsWith("Methods") || name.equals("Tensor"))) {
            collect(source, method -> method.isPublic() && !method.isStatic(), methods);
        }
        methods.values().stream()
                .sorted(java.util.Comparator.comparing(Method::name))
                .forEach(method -> row("Tensor", method, OF_TENSOR));
    }

    private void functions() {
        for (JavaSource source : files("tensor", name -> true)) {
            Map<String, Method> methods = new LinkedHashMap<>();
            collect(source, method -> method.isPublic() && method.isStatic(), methods);
            boolean ops = methods.values().stream()
                    .anyMatch(method -> method.modifiers().endsWith(" Tensor "));
            if (source.isPublicClass() && ops && !source.name().equals("Tensor")) {
                heading("Functions of `" + source.name() + "`");
                methods.values().forEach(method -> row(source.name(), method, OF_FUNCTIONS));
            }
        }
    }

    private void statics(String title, String file, List<String> places) {
        heading(title);
        JavaSource source = JavaSource.read(sources.resolve(file + ".java"));
        Map<String, Method> methods = new LinkedHashMap<>();
        collect(source, method -> method.isStatic() && (method.isPublic() || source.isInterface()), methods);
        methods.values().forEach(method -> row(source.name(), method, places));
    }

    private void types(String title, String folder, String place, Class<?> kind) {
        heading(title);
        for (JavaSource source : files(folder, name -> true)) {
            if (source.isPublicClass() && kind.isAssignableFrom(loaded(folder, source.name()))) {
                type(source, List.of(place));
            }
        }
    }

    private void others() {
        heading("Data, formats, charts");
        for (String folder : List.of("data", "serialization", "tensorboard", "plot")) {
            for (JavaSource source : files(folder, name -> true)) {
                if (source.isPublic() && !source.name().endsWith("Exception")) {
                    type(source, List.of("torch.utils.data"));
                }
            }
        }
    }

    private void type(JavaSource source, List<String> places) {
        line(source.name(), source.summary(), counterparts.of(source.name(), source.name(), places));
    }

    private void row(String owner, Method method, List<String> places) {
        String key = owner + "." + method.name();
        String call = method.name() + "(" + String.join(", ", method.parameters()) + ")";
        line(call, method.summary(), counterparts.of(key, method.name(), places));
    }

    /** Of several methods of one name the one with the most parameters stands for all. */
    private static void collect(JavaSource source, Predicate<Method> wanted, Map<String, Method> methods) {
        source.methods().stream()
                .filter(wanted)
                .forEach(method -> methods.merge(
                        method.name(),
                        method,
                        (one, two) -> two.parameters().size() > one.parameters().size() ? two : one));
    }

    private void heading(String title) {
        out.append("\n## ")
                .append(title)
                .append("\n\n| Lockstep | PyTorch | what it does | difference |\n| --- | --- | --- | --- |\n");
    }

    private void line(String name, String summary, Counterparts.Entry entry) {
        out.append("| `").append(name).append("` | ").append(entry.torch());
        out.append(" | ")
                .append(summary)
                .append(" | ")
                .append(entry.difference())
                .append(" |\n");
    }

    private List<JavaSource> files(String folder, Predicate<String> wanted) {
        try (Stream<Path> files = Files.list(sources.resolve(folder))) {
            return files.filter(file -> file.toString().endsWith(".java"))
                    .sorted()
                    .map(JavaSource::read)
                    .filter(source -> wanted.test(source.name()))
                    .toList();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private static Class<?> loaded(String folder, String name) {
        try {
            return Class.forName(ROOT + folder + "." + name, false, ReferencePage.class.getClassLoader());
        } catch (ClassNotFoundException impossible) {
            throw new AssertionError(impossible);
        }
    }
}
