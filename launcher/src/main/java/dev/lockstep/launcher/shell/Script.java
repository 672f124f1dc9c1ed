package dev.lockstep.launcher.shell;

import dev.lockstep.launcher.ExitCode;
import dev.lockstep.launcher.LaunchException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import jdk.jshell.DeclarationSnippet;
import jdk.jshell.EvalException;
import jdk.jshell.JShell;
import jdk.jshell.JShellException;
import jdk.jshell.Snippet;
import jdk.jshell.SnippetEvent;

/**
 * Runs the snippets of a script one after the other, in this process: statements, declarations and expressions as in
 * JShell, without a class around them. The first that does not compile or throws ends the script.
 */
public final class Script implements AutoCloseable {
    private static final String LOCAL = "local";

    private final String name;
    private final JShell shell;

    /**
     * Makes a session with everything imported.
     *
     * @param name of the script, for errors
     */
    public Script(String name) {
        this.name = name;
        this.shell = JShell.builder()
                .executionEngine(LOCAL)
                .out(System.out)
                .err(System.err)
                .build();
        shell.addToClasspath(System.getProperty("java.class.path"));
        run(Imports.text(), "imports");
    }

    /**
     * Runs a script to its end.
     *
     * @throws LaunchException with exit code 1, naming the line, if a snippet does not compile or throws
     */
    public void run(String text) {
        run(text, name);
    }

    private void run(String text, String label) {
        Snippets snippets = new Snippets(shell.sourceCodeAnalysis(), withoutShebang(text));
        Optional<Snippets.Snippet> next = snippets.next();
        while (next.isPresent()) {
            Snippets.Snippet snippet = next.get();
            if (!snippet.isWhole()) {
                throw wrong(label, snippet.line(), "a snippet that does not end");
            }
            evaluate(snippet.source(), label, snippet.line());
            next = snippets.next();
        }
    }

    /** A first line of {@code #!} becomes empty, so that lines keep their numbers. */
    private static String withoutShebang(String text) {
        return text.startsWith("#!") ? text.substring(Math.max(0, text.indexOf('\n'))) : text;
    }

    private void evaluate(String source, String label, int line) {
        for (SnippetEvent event : shell.eval(source)) {
            JShellException thrown = event.exception();
            if (thrown instanceof EvalException exception) {
                throw wrong(label, line, described(exception));
            }
            boolean failed = event.status() == Snippet.Status.REJECTED || thrown != null;
            boolean undefined =
                    event.causeSnippet() == null && event.status() == Snippet.Status.RECOVERABLE_NOT_DEFINED;
            if (failed || undefined) {
                throw wrong(label, line, complaints(event.snippet(), source));
            }
        }
    }

    private static String described(EvalException thrown) {
        String message = thrown.getMessage() == null ? "" : ": " + thrown.getMessage();
        return thrown.getExceptionClassName()
                + message
                + List.of(thrown.getStackTrace()).stream()
                        .filter(frame -> !frame.getClassName().startsWith("java.lang.invoke"))
                        .limit(8)
                        .map(frame -> "\n    at " + frame)
                        .collect(Collectors.joining());
    }

    private String complaints(Snippet snippet, String source) {
        String all = shell.diagnostics(snippet)
                .map(wrong -> wrong.getMessage(Locale.ROOT).lines().collect(Collectors.joining(" ")))
                .collect(Collectors.joining("; "));
        String problem = all.isEmpty() ? "not defined: " + undefined(snippet) : all;
        return problem + "\n    " + source.strip().lines().findFirst().orElse("");
    }

    private String undefined(Snippet snippet) {
        return snippet instanceof DeclarationSnippet declaration
                ? shell.unresolvedDependencies(declaration).collect(Collectors.joining(", "))
                : "";
    }

    private static LaunchException wrong(String label, int line, String problem) {
        return new LaunchException(ExitCode.USER, label + ":" + line + ": " + problem);
    }

    @Override
    public void close() {
        shell.close();
    }
}
