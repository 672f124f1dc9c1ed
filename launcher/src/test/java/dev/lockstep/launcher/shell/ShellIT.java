package dev.lockstep.launcher.shell;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lockstep.launcher.Command;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The shell in processes of its own, and its prompt. */
@Tag("multijvm")
class ShellIT {
    private static final String TRAINING = """
            #!/usr/bin/env -S lockstep shell
            // Exclusive or, by a net of one hidden layer.
            manualSeed(1);
            var x = tensor(new float[][] {{0, 0}, {0, 1}, {1, 0}, {1, 1}});
            var y = tensor(0L, 1L, 1L, 0L);
            var net = new Sequential(new Linear(2, 16), new Tanh(), new Linear(16, 2));
            var optimizer = new Adam(net.parameters(), o -> o.lr(0.05));
            var losses = new ArrayList<Double>();
            double step(Tensor input) {
                try (var scope = Scope.open()) {
                    var loss = crossEntropy(net.call(input), y);
                    optimizer.step(loss.backward());
                    return loss.item();
                }
            }
            for (int i = 0; i < 100; i++) {
                losses.add(step(x));
            }
            println(net)
            println(net.call(x)
                    .argmax(1))
            println(losses.getLast() < 0.1 * losses.getFirst());
            var plot = Plot.of("loss").line("train", losses);
            plot.save(Path.of("loss.svg"));
            println(plot)
            """;

    @TempDir
    Path folder;

    private Command shell(String script) throws IOException {
        Path input = Files.writeString(folder.resolve("input.jsh"), script);
        return Command.startWith(input, folder, "shell");
    }

    @Test
    void runsAScriptFromStandardInputThatBuildsTrainsAndPlotsANet() throws IOException {
        try (Command command = shell(TRAINING)) {
            assertEquals(0, command.exitCode(), () -> command.out() + command.err());
            assertTrue(command.out().contains("(0): Linear(in_features=2, out_features=16, bias=True)"), command.out());
            assertTrue(command.out().contains("tensor([0, 1, 1, 0])\ntrue\n"), command.out());
            assertTrue(command.out().contains("└────"), command.out());
            assertTrue(Files.readString(folder.resolve("loss.svg")).endsWith("</svg>\n"));
        }
    }

    @Test
    void aFileIsRunTooAndWhatThrowsEndsItWithTheLine() throws IOException {
        Path file = Files.writeString(
                folder.resolve("bad.jsh"), "\nprintln(1);\n\nones(2, 3).matmul(ones(2, 3));\nprintln(2);\n");
        try (Command command = Command.start(folder, "shell", file.toString())) {
            assertEquals(1, command.exitCode());
            assertEquals("1\n", command.out());
            assertTrue(command.err().contains("bad.jsh:4: java.lang.IllegalArgumentException: matmul"), command.err());
        }
    }

    @Test
    void whatDoesNotCompileEndsItWithTheLine() throws IOException {
        for (String wrong :
                new String[] {"int x = \"a\";", "nothing(3);", "int f() { return g(); } f();", "for (;;) {"}) {
            try (Command command = shell("println(0);\n" + wrong)) {
                assertEquals(1, command.exitCode(), wrong);
                assertTrue(command.err().contains("lockstep: standard input:2: "), command.err());
            }
        }
    }

    @Test
    void aPromptPrintsTensorsWhole() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        byte[] typed = "zeros(30, 2)\nvar t = tensor(1.0, 2.0)\n/exit 3\n".getBytes(StandardCharsets.UTF_8);
        int code = new Prompt(new ByteArrayInputStream(typed), new PrintStream(out, true, StandardCharsets.UTF_8))
                .withoutHistory()
                .talk();
        String text = out.toString(StandardCharsets.UTF_8);
        assertEquals(3, code, text);
        assertTrue(text.contains("tensor([[0., 0.],\n        [0., 0.],"), text);
        assertEquals(30, text.lines().filter(line -> line.contains("[0., 0.]")).count(), text);
        assertTrue(text.contains("t ==> tensor([1., 2.])"), text);
    }
}
