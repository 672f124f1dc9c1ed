package dev.lockstep.launcher.shell;

import java.util.Optional;
import java.util.regex.Pattern;
import jdk.jshell.SourceCodeAnalysis;
import jdk.jshell.SourceCodeAnalysis.Completeness;
import jdk.jshell.SourceCodeAnalysis.CompletionInfo;
import org.jspecify.annotations.Nullable;

/**
 * Cuts a script into its snippets. What is whole at the end of a line ends there, as at a prompt and with or without a
 * semicolon, unless the next line goes on with it: {@code .}, an operator or {@code else} stands first there.
 */
final class Snippets {
    private static final Pattern CONTINUING =
            Pattern.compile("(?!\\+\\+|--|//|/\\*)[.,;=+\\-*/%&|^?:<>()\\[\\]{}]|(else|catch|finally|instanceof)\\b");

    private final SourceCodeAnalysis analysis;
    private String rest;
    private int line = 1;

    /**
     * One snippet.
     *
     * @param source its text
     * @param line of the script where it begins, from 1
     * @param isWhole false if the script ends before it does
     */
    record Snippet(String source, int line, boolean isWhole) {}

    Snippets(SourceCodeAnalysis analysis, String script) {
        this.analysis = analysis;
        this.rest = script;
    }

    /** {@return the next one, empty where nothing but comments are left} */
    Optional<Snippet> next() {
        skipBlank();
        String broken = null;
        for (int end = endOfLine(0); ; end = endOfLine(end + 1)) {
            CompletionInfo info = analysis.analyzeCompletion(rest.substring(0, end));
            boolean isLast = end == rest.length();
            if (isWhole(info, end) || (isLast && info.completeness() == Completeness.CONSIDERED_INCOMPLETE)) {
                return Optional.of(cut(end, info));
            }
            if (broken == null && info.completeness() == Completeness.UNKNOWN) {
                broken = info.source();
            }
            if (isLast) {
                return info.completeness() == Completeness.EMPTY ? Optional.empty() : Optional.of(wrong(broken));
            }
        }
    }

    private boolean isWhole(CompletionInfo info, int end) {
        return info.completeness() != Completeness.CONSIDERED_INCOMPLETE
                && info.completeness().isComplete()
                && (!info.remaining().isBlank() || !goesOnAfter(end));
    }

    private Snippet cut(int end, CompletionInfo info) {
        boolean fillsItsLines = info.remaining().isBlank();
        Snippet snippet = new Snippet(info.source(), line, true);
        consume(fillsItsLines ? end : end - info.remaining().length());
        return snippet;
    }

    private Snippet wrong(@Nullable String broken) {
        return broken == null ? new Snippet(rest, line, false) : new Snippet(broken, line, true);
    }

    private void skipBlank() {
        int start = 0;
        while (start < rest.length() && Character.isWhitespace(rest.charAt(start))) {
            start++;
        }
        consume(start);
    }

    private void consume(int characters) {
        line += (int)
                rest.substring(0, characters).chars().filter(c -> c == '\n').count();
        rest = rest.substring(characters);
    }

    private int endOfLine(int from) {
        int end = rest.indexOf('\n', from);
        return end < 0 ? rest.length() : end;
    }

    private boolean goesOnAfter(int end) {
        String line = rest.substring(rest.lastIndexOf('\n', end - 1) + 1, end).strip();
        String next = rest.substring(end).stripLeading();
        return line.startsWith("@") || CONTINUING.matcher(next).lookingAt();
    }
}
