package dev.lockstep.launcher.program;

import dev.lockstep.launcher.ExitCode;
import dev.lockstep.launcher.LaunchException;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import javax.tools.FileObject;
import javax.tools.ForwardingJavaFileManager;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileManager;
import javax.tools.JavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/** Compiles a single source file once, in the agent, so that a mistake is shown once and before anything starts. */
final class SourceProgram {
    private SourceProgram() {}

    static Program compile(Path source, List<Path> classPath, Path classes) {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        if (compiler == null) {
            throw new LaunchException(
                    ExitCode.ENVIRONMENT, "this Java has no compiler, so " + source + " cannot be run: install a JDK");
        }
        try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
            Files.createDirectories(classes);
            Recording recording = new Recording(files);
            StringWriter messages = new StringWriter();
            boolean compiled = compiler.getTask(
                            messages,
                            recording,
                            null,
                            options(classPath, classes),
                            null,
                            files.getJavaFileObjects(source))
                    .call();
            if (!compiled) {
                throw new LaunchException(ExitCode.USER, source + " does not compile:\n" + messages);
            }
            return new Program(nameOf(source), recording.first(source), join(classPath, classes));
        } catch (IOException e) {
            throw new LaunchException(
                    ExitCode.ENVIRONMENT, "cannot compile " + source + " into " + classes + ": " + e.getMessage(), e);
        }
    }

    private static List<String> options(List<Path> classPath, Path classes) {
        Stream<String> own = Stream.of(System.getProperty("java.class.path"));
        List<String> path =
                Stream.concat(own, classPath.stream().map(Path::toString)).toList();
        return List.of(
                "-d",
                classes.toString(),
                "-cp",
                String.join(java.io.File.pathSeparator, path),
                "-proc:none",
                "-nowarn");
    }

    private static List<Path> join(List<Path> classPath, Path classes) {
        List<Path> all = new ArrayList<>(classPath);
        all.addFirst(classes.toAbsolutePath());
        return all;
    }

    private static String nameOf(Path source) {
        String file = String.valueOf(source.getFileName());
        return file.substring(0, file.length() - ".java".length());
    }

    /** Remembers the classes in the order in which the compiler writes them: the first of a file is its first type. */
    private static final class Recording extends ForwardingJavaFileManager<StandardJavaFileManager> {
        private final List<String> written = new ArrayList<>();

        Recording(StandardJavaFileManager files) {
            super(files);
        }

        @Override
        public JavaFileObject getJavaFileForOutput(
                JavaFileManager.Location location, String className, JavaFileObject.Kind kind, FileObject sibling)
                throws IOException {
            written.add(className);
            return super.getJavaFileForOutput(location, className, kind, sibling);
        }

        /** {@return the class named as the file if there is one, else the first top-level class} */
        String first(Path source) {
            String expected = nameOf(source);
            List<String> topLevel =
                    written.stream().filter(name -> name.indexOf('$') < 0).toList();
            return topLevel.stream()
                    .filter(name -> name.substring(name.lastIndexOf('.') + 1).equals(expected))
                    .findFirst()
                    .or(() -> topLevel.stream().findFirst())
                    .orElseThrow(() -> new LaunchException(ExitCode.USAGE, source + " declares no class"));
        }
    }
}
