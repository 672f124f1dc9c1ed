package dev.lockstep.launcher.shell;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.lockstep.launcher.shell.Snippets.Snippet;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import jdk.jshell.JShell;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Scripts fall into the snippets that their writer meant. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SnippetsTest {
    private JShell shell;

    @BeforeAll
    void open() {
        shell = JShell.builder().executionEngine("local").build();
    }

    @AfterAll
    void close() {
        shell.close();
    }

    private List<String> cut(String script) {
        Snippets snippets = new Snippets(shell.sourceCodeAnalysis(), script);
        List<String> all = new ArrayList<>();
        for (Optional<Snippet> next = snippets.next(); next.isPresent(); next = snippets.next()) {
            Snippet snippet = next.get();
            all.add(snippet.line() + " " + snippet.source().strip());
            if (!snippet.isWhole()) {
                all.add("not whole");
                return all;
            }
        }
        return all;
    }

    @Test
    void anExpressionWithoutASemicolonEndsWithItsLine() {
        assertEquals(List.of("1 x", "2 y = 3;", "3 f(x)", "5 g()"), cut("x\ny = 3;\nf(x)\n\ng()"));
        assertEquals(List.of("1 f(1,\n  2)", "3 g()"), cut("f(1,\n  2)\ng()\n"));
        assertEquals(List.of("1 i", "2 ++j;"), cut("i\n++j;"));
    }

    @Test
    void aLineThatBeginsWithAnOperatorGoesOn() {
        assertEquals(List.of("1 x\n  .relu()\n  .sum()", "4 y"), cut("x\n  .relu()\n  .sum()\ny"));
        assertEquals(List.of("1 int a\n  = 1\n  + 2;", "4 a"), cut("int a\n  = 1\n  + 2\na\n"));
        assertEquals(
                List.of("1 int f(int x)\n{\n  return x;\n}", "5 f(1)"), cut("int f(int x)\n{\n  return x;\n}\nf(1)"));
    }

    @Test
    void statementsOfSeveralLinesStayWhole() {
        String choice = "if (a) {\n  b();\n}\nelse {\n  c();\n}";
        assertEquals(List.of("1 " + choice, "7 d();"), cut(choice + "\nd();"));
        String loop = "for (int i = 0;\n    i < 3; i++)\n  f(i);";
        assertEquals(List.of("1 " + loop, "4 x"), cut(loop + "\nx"));
        String guarded = "try {\n  a();\n} catch (Exception e) {\n}\nfinally {\n  b();\n}";
        assertEquals(List.of("1 " + guarded, "8 c()"), cut(guarded + "\nc()"));
        String text = "var s = \"\"\"\n  a;\n\n  b\n  \"\"\"";
        assertEquals(List.of("1 " + text + ";", "6 s"), cut(text + "\ns"));
        String type = "record P(int x) {\n  int twice() {\n    return 2 * x;\n  }\n}";
        assertEquals(List.of("1 " + type, "6 new P(1)"), cut(type + "\nnew P(1)"));
    }

    @Test
    void commentsAndSeveralSnippetsOfALineAreCutToo() {
        assertEquals(List.of("1 int a = 1;", "1 a++;", "3 a"), cut("int a = 1; a++;\n\na\n// the end\n"));
        assertEquals(List.of("1 int a;", "2 b;"), cut("int a;\nb;"));
        assertEquals(List.of("1 // first\n/* second */ a", "3 b"), cut("// first\n/* second */ a\nb"));
        assertEquals(List.of(), cut("\n// nothing\n"));
    }

    @Test
    void functionsAndAnnotationsBeforeATypeAreNotCut() {
        String function = "f = y -> {\n  g(y);\n}";
        assertEquals(List.of("1 " + function, "4 f.accept(1)"), cut(function + "\nf.accept(1)"));
        assertEquals(List.of("1 @Deprecated\nclass A {}", "3 new A()"), cut("@Deprecated\nclass A {}\nnew A()"));
    }

    @Test
    void whatDoesNotEndIsSaid() {
        assertEquals(List.of("1 a();", "2 for (;;) {\n  b();", "not whole"), cut("a();\nfor (;;) {\n  b();"));
    }
}
