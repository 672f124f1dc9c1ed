package dev.lockstep.plot;

import dev.lockstep.plot.Plot.Kind;
import dev.lockstep.plot.Plot.Point;
import dev.lockstep.plot.Plot.Series;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;

/** Draws a chart with Braille characters, each of two by four dots. Confined to a thread. */
final class TextChart {
    private static final int DOTS_ACROSS = 2;
    private static final int DOTS_DOWN = 4;
    private static final int BLANK = 0x2800;
    /** Bits of the dots, by row and column. */
    private static final int[][] BITS = {{0x01, 0x08}, {0x02, 0x10}, {0x04, 0x20}, {0x40, 0x80}};

    private static final int TICKS = 4;

    private final Plot plot;
    private final int columns;
    private final int rows;
    private final Axis x;
    private final Axis y;
    private final int[][] cells;

    TextChart(Plot plot, int columns, int rows) {
        this.plot = plot;
        this.columns = columns;
        this.rows = rows;
        this.cells = new int[rows][columns];
        List<Point> points = plot.finitePoints();
        DoubleStream ys = points.stream().mapToDouble(Point::y);
        this.x = Axis.of(points.stream().mapToDouble(Point::x).toArray(), TICKS);
        this.y = Axis.of((plot.hasBars() ? DoubleStream.concat(ys, DoubleStream.of(0)) : ys).toArray(), TICKS);
    }

    String draw() {
        plot.series().forEach(this::draw);
        String top = y.label(y.high());
        String bottom = y.label(y.low());
        int margin = Math.max(top.length(), bottom.length());
        StringBuilder out = new StringBuilder();
        if (!plot.title().isEmpty()) {
            out.append(" ".repeat(margin + 2)).append(plot.title()).append('\n');
        }
        for (int row = 0; row < rows; row++) {
            String label = row == 0 ? top : row == rows - 1 ? bottom : "";
            out.append(" ".repeat(margin - label.length())).append(label).append(" │");
            for (int cell : cells[row]) {
                out.appendCodePoint(BLANK + cell);
            }
            out.append('\n');
        }
        return out.append(" ".repeat(margin + 1))
                .append('└')
                .append("─".repeat(columns))
                .append('\n')
                .append(foot(margin))
                .toString();
    }

    private String foot(int margin) {
        String left = x.label(x.low());
        String right = x.label(x.high());
        String names = plot.series().stream().map(Series::name).collect(Collectors.joining(", "));
        int room = columns - left.length() - right.length();
        String middle = names.length() + 2 <= room ? names : "";
        int before = (room - middle.length()) / 2;
        return " ".repeat(margin + 2)
                + left
                + " ".repeat(Math.max(0, before))
                + middle
                + " ".repeat(Math.max(1, room - middle.length() - before))
                + right;
    }

    private void draw(Series series) {
        Point before = null;
        for (Point point : series.points()) {
            if (point.isFinite()) {
                Point from = switch (series.kind()) {
                    case LINE -> before == null ? point : before;
                    case POINTS -> point;
                    case BARS -> new Point(point.x(), 0);
                };
                stroke(from, point);
            }
            before = point.isFinite() && series.kind() == Kind.LINE ? point : null;
        }
    }

    private void stroke(Point from, Point to) {
        int across = columns * DOTS_ACROSS - 1;
        int down = rows * DOTS_DOWN - 1;
        double x1 = x.place(from.x()) * across;
        double x2 = x.place(to.x()) * across;
        double y1 = (1 - y.place(from.y())) * down;
        double y2 = (1 - y.place(to.y())) * down;
        int steps = (int) Math.ceil(Math.max(Math.abs(x2 - x1), Math.abs(y2 - y1)));
        for (int i = 0; i <= steps; i++) {
            double part = steps == 0 ? 0 : (double) i / steps;
            dot((int) Math.rint(x1 + (x2 - x1) * part), (int) Math.rint(y1 + (y2 - y1) * part));
        }
    }

    private void dot(int across, int down) {
        cells[down / DOTS_DOWN][across / DOTS_ACROSS] |= BITS[down % DOTS_DOWN][across % DOTS_ACROSS];
    }
}
