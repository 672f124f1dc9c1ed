package dev.lockstep.plot;

import dev.lockstep.tensor.Tensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A chart of numbers, as an SVG file or as text for a terminal, which is what it prints:
 *
 * <pre>{@code
 * Plot.of("loss").line("train", losses).line("test", testLosses).save(Path.of("loss.svg"));
 * }</pre>
 *
 * Points that are not finite are left out, and lines have gaps there. Immutable: each method gives a new chart.
 */
public final class Plot {
    private static final int TEXT_COLUMNS = 72;
    private static final int TEXT_ROWS = 18;

    private final String title;
    private final String xLabel;
    private final String yLabel;
    private final List<Series> series;

    /** How a series is drawn. */
    enum Kind {
        LINE,
        POINTS,
        BARS
    }

    /** One point. */
    record Point(double x, double y) {
        boolean isFinite() {
            return Double.isFinite(x) && Double.isFinite(y);
        }
    }

    /** Points that belong together. */
    record Series(String name, Kind kind, List<Point> points) {
        Series {
            points = List.copyOf(points);
        }
    }

    private Plot(String title, String xLabel, String yLabel, List<Series> series) {
        this.title = title;
        this.xLabel = xLabel;
        this.yLabel = yLabel;
        this.series = List.copyOf(series);
    }

    /** {@return an empty chart with a title} */
    public static Plot of(String title) {
        return new Plot(title, "", "", List.of());
    }

    /** {@return this chart with names of the axes} */
    public Plot labels(String x, String y) {
        return new Plot(title, x, y, series);
    }

    /** {@return this chart with a line through (0, y0), (1, y1), ...} */
    public Plot line(String name, double... ys) {
        return with(name, Kind.LINE, indexes(ys.length), ys);
    }

    /** {@return this chart with a line through (0, y0), (1, y1), ...} */
    public Plot line(String name, List<? extends Number> ys) {
        return line(name, ys.stream().mapToDouble(Number::doubleValue).toArray());
    }

    /** {@return this chart with a line through (0, y0), (1, y1), ... for the elements of a tensor in C order} */
    public Plot line(String name, Tensor ys) {
        return line(name, ys.toDoubleArray());
    }

    /**
     * {@return this chart with a line through points}
     *
     * @throws IllegalArgumentException if there are not as many xs as ys
     */
    public Plot line(String name, double[] xs, double[] ys) {
        return with(name, Kind.LINE, xs, ys);
    }

    /**
     * {@return this chart with points}
     *
     * @throws IllegalArgumentException if there are not as many xs as ys
     */
    public Plot points(String name, double[] xs, double[] ys) {
        return with(name, Kind.POINTS, xs, ys);
    }

    /**
     * {@return this chart with points}
     *
     * @throws IllegalArgumentException if there are not as many xs as ys
     */
    public Plot points(String name, Tensor xs, Tensor ys) {
        return points(name, xs.toDoubleArray(), ys.toDoubleArray());
    }

    /** {@return this chart with bars from zero to y0, y1, ...} */
    public Plot bars(String name, double... ys) {
        return with(name, Kind.BARS, indexes(ys.length), ys);
    }

    private static double[] indexes(int count) {
        return IntStream.range(0, count).mapToDouble(i -> i).toArray();
    }

    private Plot with(String name, Kind kind, double[] xs, double[] ys) {
        if (xs.length != ys.length) {
            throw new IllegalArgumentException("plot " + name + ": " + xs.length + " xs for " + ys.length + " ys");
        }
        List<Point> points = new ArrayList<>();
        for (int i = 0; i < xs.length; i++) {
            points.add(new Point(xs[i], ys[i]));
        }
        List<Series> all = new ArrayList<>(series);
        all.add(new Series(name, kind, points));
        return new Plot(title, xLabel, yLabel, all);
    }

    String title() {
        return title;
    }

    String xLabel() {
        return xLabel;
    }

    String yLabel() {
        return yLabel;
    }

    List<Series> series() {
        return series;
    }

    /** {@return the finite points of all series} */
    List<Point> finitePoints() {
        return series.stream()
                .flatMap(one -> one.points().stream())
                .filter(Point::isFinite)
                .toList();
    }

    /** {@return whether any series has bars, which stand on zero} */
    boolean hasBars() {
        return series.stream().anyMatch(one -> one.kind() == Kind.BARS);
    }

    /** {@return the chart as an SVG document} */
    public String toSvg() {
        return new SvgChart(this).draw();
    }

    /**
     * Writes the chart as an SVG file and returns its path.
     *
     * @throws UncheckedIOException if it cannot be written
     */
    public Path save(Path file) {
        try {
            return Files.writeString(file, toSvg());
        } catch (IOException failure) {
            throw new UncheckedIOException(file + ": cannot be written: " + failure.getMessage(), failure);
        }
    }

    /**
     * {@return the chart as lines of text, drawn with Braille dots}
     *
     * @param columns width of the drawing itself in characters, at least 8
     * @param rows its height, at least 3
     */
    public String toText(int columns, int rows) {
        if (columns < 8 || rows < 3) {
            throw new IllegalArgumentException("plot: " + columns + " x " + rows + " characters are too few");
        }
        return new TextChart(this, columns, rows).draw();
    }

    /** {@return the chart as text, {@value #TEXT_ROWS} rows high} */
    @Override
    public String toString() {
        return toText(TEXT_COLUMNS, TEXT_ROWS);
    }
}
