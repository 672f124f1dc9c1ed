package dev.lockstep.plot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lockstep.tensor.Tensors;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;

class PlotTest {
    @TempDir
    Path folder;

    private static Document parsed(String svg) throws Exception {
        return DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new ByteArrayInputStream(svg.getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void isWellFormedSvgWithAPathALine() throws Exception {
        Plot plot = Plot.of("a < b & c")
                .labels("step", "loss")
                .line("one", 3, 2, 1)
                .line("two", List.of(1, 2L, 2.5))
                .points("dots", new double[] {0, 1}, new double[] {1, 2})
                .bars("bars", 1, -1);
        Document svg = parsed(plot.toSvg());
        assertEquals(2, svg.getElementsByTagName("path").getLength());
        assertEquals(2, svg.getElementsByTagName("circle").getLength());
        assertEquals("a < b & c", svg.getElementsByTagName("text").item(0).getTextContent());
        Path file = plot.save(folder.resolve("plot.svg"));
        assertEquals(plot.toSvg(), Files.readString(file));
    }

    /** The corners of the drawing are at 70, 40 and 700, 380. */
    @Test
    void linesGoFromCornerToCornerAndStopAtWhatIsNotFinite() {
        assertTrue(Plot.of("").line("up", 0, 1).toSvg().contains("d=\"M70.00 380.00 L700.00 40.00\""));
        String gap = Plot.of("").line("gap", 0, Double.NaN, 1).toSvg();
        assertTrue(gap.contains("d=\"M70.00 380.00M700.00 40.00\""), gap);
    }

    @Test
    void isDrawnWithDots() {
        String text = Plot.of("loss")
                .line("train", Tensors.tensor(0.0, 1.0, 2.0, 3.0))
                .toText(8, 3);
        assertEquals("""
                    loss
                  3 │⠀⠀⠀⠀⠀⠀⣀⠜
                    │⠀⠀⣀⠤⠒⠉⠀⠀
                  0 │⡠⠊⠀⠀⠀⠀⠀⠀
                    └────────
                     0     3
                """.stripTrailing().lines().count(), text.lines().count());
        List<String> lines = text.lines().toList();
        assertEquals("  loss", lines.getFirst().replaceAll("^ +", "  "));
        assertTrue(lines.get(1).startsWith("3 │"), text);
        assertTrue(lines.get(3).startsWith("0 │"), text);
        assertFalse(lines.get(1).endsWith("\u2800"), "the line ends at the top right: " + text);
        assertTrue(lines.get(3).charAt(3) != '\u2800', "and begins at the bottom left: " + text);
        assertTrue(lines.get(1).charAt(3) == '\u2800' && lines.get(3).endsWith("\u2800"), text);
    }

    @Test
    void drawsConstantsAndNothingAtAll() {
        assertTrue(Plot.of("flat").line("c", 2, 2, 2).toString().contains("3"));
        assertTrue(Plot.of("none").toString().contains("none"));
        assertTrue(Plot.of("none").line("nan", Double.NaN).toSvg().contains("</svg>"));
    }

    @Test
    void axesHaveRoundNumbers() {
        Axis axis = Axis.of(new double[] {0.13, 0.87}, 4);
        assertEquals(
                List.of("0.2", "0.4", "0.6", "0.8"),
                axis.ticks().stream().map(axis::label).toList());
        Axis around = Axis.of(new double[] {-7, 13}, 4);
        assertEquals(
                List.of("-5", "0", "5", "10"),
                around.ticks().stream().map(around::label).toList());
        Axis tiny = Axis.of(new double[] {0, 3e-9}, 3);
        assertEquals("1.00e-09", tiny.label(tiny.ticks().get(1)));
    }

    @Test
    void refusesWhatDoesNotFit() {
        assertThrows(IllegalArgumentException.class, () -> Plot.of("").line("l", new double[2], new double[3]));
        assertThrows(IllegalArgumentException.class, () -> Plot.of("").toText(3, 3));
    }
}
