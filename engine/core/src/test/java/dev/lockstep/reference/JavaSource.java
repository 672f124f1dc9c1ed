package dev.lockstep.reference;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a source file says of itself: its type and its documented public methods, with the first sentence of each
 * comment. Knows as much of Java as this project's formatted sources need.
 */
final class JavaSource {
    private static final Pattern DOCUMENTED =
            Pattern.compile("/\\*\\*(.*?)\\*/\\s*((?:@[^\\n]*\\n\\s*)*)([^;{]*?)\\s*[;{]", Pattern.DOTALL);
    private static final Pattern TYPE = Pattern.compile("\\b(?:class|interface|record|enum)\\s+(\\w+)");
    private static final Pattern METHOD = Pattern.compile("(\\w+)\\s*\\(((?:[^()]|\\([^()]*\\))*)\\)$");

    private final Path file;
    private final String summary;
    private final String head;
    private final List<Method> methods;

    /**
     * A method.
     *
     * @param name its name
     * @param parameters their names
     * @param modifiers what stands before the name
     * @param summary the first sentence of its comment
     */
    record Method(String name, List<String> parameters, String modifiers, String summary) {
        boolean isStatic() {
            return modifiers.contains("static ");
        }

        boolean isPublic() {
            return modifiers.startsWith("public ") || modifiers.startsWith("default ");
        }
    }

    private JavaSource(Path file, String head, String summary, List<Method> methods) {
        this.file = file;
        this.head = head;
        this.summary = summary;
        this.methods = methods;
    }

    static JavaSource read(Path file) {
        String text = contents(file);
        String head = "";
        String summary = "";
        List<Method> methods = new ArrayList<>();
        Matcher documented = DOCUMENTED.matcher(text);
        while (documented.find()) {
            String declaration = documented.group(3).replaceAll("\\s+", " ").strip();
            if (head.isEmpty() && TYPE.matcher(declaration).find()) {
                head = declaration;
                summary = firstSentence(documented.group(1));
            } else if (isOfTheTypeItself(text, documented.start())) {
                method(declaration, documented.group(1), methods);
            }
        }
        return new JavaSource(file, head, summary, methods);
    }

    /** Members of nested types are indented further. */
    private static boolean isOfTheTypeItself(String text, int at) {
        return text.startsWith("\n    ", at - 5) && at >= 5;
    }

    private static void method(String declaration, String comment, List<Method> methods) {
        Matcher method = METHOD.matcher(declaration);
        if (method.find()) {
            String modifiers = declaration.substring(0, method.start());
            if (modifiers.startsWith("private ")) {
                return;
            }
            methods.add(new Method(method.group(1), parameters(method.group(2)), modifiers, firstSentence(comment)));
        }
    }

    private static List<String> parameters(String list) {
        List<String> names = new ArrayList<>();
        String plain = list.replaceAll("<[^<>]*>", "").replaceAll("<[^<>]*>", "");
        for (String parameter : plain.split(",")) {
            String name = parameter.strip().replaceAll(".*[ .]", "");
            if (!name.isEmpty()) {
                names.add(parameter.contains("...") ? name + "..." : name);
            }
        }
        return names;
    }

    private static String firstSentence(String comment) {
        String text = comment.replaceAll("\\n\\s*\\* ?", " ")
                .replaceAll("\\{@return ((?:[^{}]|\\{[^{}]*\\})*)\\}", "Gives $1.")
                .replaceAll("\\{@(?:code|link|value) #?([^}]*)\\}", "`$1`")
                .replaceAll("(\\w)#(\\w)", "$1.$2")
                .replaceAll("<[^>]*>", "")
                .replaceAll("\\s+", " ")
                .strip();
        Matcher end = Pattern.compile("[.:](?= [A-Z`]|$| @)").matcher(text);
        String sentence = end.find() ? text.substring(0, end.start()) : text;
        return sentence.replace("|", "\\|").replace("&lt;", "<").replace("&gt;", ">");
    }

    private static String contents(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    String name() {
        return file.getFileName().toString().replace(".java", "");
    }

    String summary() {
        return summary;
    }

    /** {@return whether this is a public class that can be made} */
    boolean isPublicClass() {
        return head.startsWith("public ") && head.contains("class ") && !head.contains("abstract ");
    }

    boolean isPublic() {
        return head.startsWith("public ");
    }

    boolean isInterface() {
        return head.contains("interface ");
    }

    List<Method> methods() {
        return methods;
    }
}
