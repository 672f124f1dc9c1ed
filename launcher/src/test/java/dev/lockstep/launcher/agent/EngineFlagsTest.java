package dev.lockstep.launcher.agent;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The JVM says nothing of a compile command that fits no method: a class that was renamed would only get slower. */
class EngineFlagsTest {
    private static final Pattern OURS = Pattern.compile("dev\\.lockstep\\.[\\w.$]*(?:\\*)?::[\\w$]*\\*?");

    static List<String> patterns() {
        return WorkerCommand.ENGINE_FLAGS.stream()
                .map(OURS::matcher)
                .filter(Matcher::find)
                .map(Matcher::group)
                .toList();
    }

    @Test
    void theFlagsSpeakOfOurClasses() {
        assertTrue(patterns().size() > 10, () -> "only " + patterns());
    }

    @ParameterizedTest
    @MethodSource("patterns")
    void whatAFlagNamesIsThere(String pattern) {
        String type = pattern.substring(0, pattern.indexOf("::"));
        String method = pattern.substring(pattern.indexOf("::") + 2);

        if (type.endsWith(".*")) {
            String info = type.replace("*", "package-info");
            assertDoesNotThrow(() -> Class.forName(info), pattern);
        } else {
            Class<?> named = assertDoesNotThrow(() -> Class.forName(type), pattern);
            assertTrue(
                    Arrays.stream(named.getDeclaredMethods()).anyMatch(each -> fits(method, each.getName())), pattern);
        }
    }

    private static boolean fits(String pattern, String name) {
        return pattern.endsWith("*")
                ? name.startsWith(pattern.substring(0, pattern.length() - 1))
                : name.equals(pattern);
    }
}
