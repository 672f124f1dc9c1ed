package dev.lockstep.plot;

import dev.lockstep.plot.Plot.Point;
import dev.lockstep.plot.Plot.Series;
import java.util.List;
import java.util.Locale;
import java.util.stream.DoubleStream;

/** Draws a chart as an SVG document. Confined to a thread. */
final class SvgChart {
    private static final int WIDTH = 720;
    private static final int HEIGHT = 440;
    private static final int LEFT = 70;
    private static final int RIGHT = 20;
    private static final int TOP = 40;
    private static final int BOTTOM = 60;
    private static final int LEGEND_STEP = 18;
    private static final int X_TICKS = 8;
    private static final int Y_TICKS = 6;
    /** Okabe and Ito's palette, which colour-blind readers can tell apart. */
    private static final List<String> COLOURS =
            List.of("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000");

    private final Plot plot;
    private final Axis x;
    private final Axis y;
    private final StringBuilder out = new StringBuilder();

    SvgChart(Plot plot) {
        this.plot = plot;
        List<Point> points = plot.finitePoints();
        double[] xs = points.stream().mapToDouble(Point::x).toArray();
        double[] ys = points.stream().mapToDouble(Point::y).toArray();
        boolean bars = plot.hasBars();
        this.x = Axis.of(bars ? spread(xs) : xs, X_TICKS);
        this.y = Axis.of(
                bars
                        ? DoubleStream.concat(DoubleStream.of(ys), DoubleStream.of(0))
                                .toArray()
                        : ys,
                Y_TICKS);
    }

    /** {@return the numbers with half a bar's room on either side} */
    private static double[] spread(double[] xs) {
        return DoubleStream.of(xs)
                .flatMap(x -> DoubleStream.of(x - 0.5, x + 0.5))
                .toArray();
    }

    String draw() {
        out.append(String.format(
                Locale.ROOT,
                "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" font-family=\"sans-serif\""
                        + " font-size=\"12\">%n<rect width=\"100%%\" height=\"100%%\" fill=\"white\"/>%n",
                WIDTH,
                HEIGHT));
        text(WIDTH / 2.0, TOP / 2.0, "middle", plot.title());
        text((LEFT + WIDTH - RIGHT) / 2.0, HEIGHT - 12, "middle", plot.xLabel());
        text(LEFT, TOP - 6, "end", plot.yLabel());
        grid();
        for (int i = 0; i < plot.series().size(); i++) {
            series(plot.series().get(i), COLOURS.get(i % COLOURS.size()));
        }
        legend();
        return out.append("</svg>\n").toString();
    }

    private void grid() {
        for (double tick : x.ticks()) {
            line(left(tick), TOP, left(tick), HEIGHT - BOTTOM);
            text(left(tick), HEIGHT - BOTTOM + 18, "middle", x.label(tick));
        }
        for (double tick : y.ticks()) {
            line(LEFT, top(tick), WIDTH - RIGHT, top(tick));
            text(LEFT - 8, top(tick) + 4, "end", y.label(tick));
        }
        out.append(String.format(
                Locale.ROOT,
                "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" fill=\"none\" stroke=\"#444\"/>%n",
                LEFT,
                TOP,
                WIDTH - LEFT - RIGHT,
                HEIGHT - TOP - BOTTOM));
    }

    private void series(Series series, String colour) {
        switch (series.kind()) {
            case LINE -> polyline(series, colour);
            case POINTS -> series.points().stream().filter(Point::isFinite).forEach(point -> circle(point, colour));
            case BARS -> series.points().stream().filter(Point::isFinite).forEach(point -> bar(point, colour));
        }
    }

    private void polyline(Series series, String colour) {
        StringBuilder path = new StringBuilder();
        boolean down = false;
        for (Point point : series.points()) {
            if (point.isFinite()) {
                path.append(
                        String.format(Locale.ROOT, "%s%.2f %.2f", down ? " L" : "M", left(point.x()), top(point.y())));
            }
            down = point.isFinite();
        }
        out.append(String.format("<path d=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"1.5\"/>%n", path, colour));
    }

    private void circle(Point point, String colour) {
        out.append(String.format(
                Locale.ROOT,
                "<circle cx=\"%.2f\" cy=\"%.2f\" r=\"2.5\" fill=\"%s\"/>%n",
                left(point.x()),
                top(point.y()),
                colour));
    }

    private void bar(Point point, String colour) {
        double from = top(Math.max(0, point.y()));
        double to = top(Math.min(0, point.y()));
        double width = left(point.x() + 0.4) - left(point.x() - 0.4);
        out.append(String.format(
                Locale.ROOT,
                "<rect x=\"%.2f\" y=\"%.2f\" width=\"%.2f\" height=\"%.2f\" fill=\"%s\"/>%n",
                left(point.x() - 0.4),
                from,
                width,
                to - from,
                colour));
    }

    private void legend() {
        for (int i = 0; i < plot.series().size(); i++) {
            double top = TOP + 16 + i * (double) LEGEND_STEP;
            out.append(String.format(
                    Locale.ROOT,
                    "<rect x=\"%d\" y=\"%.1f\" width=\"12\" height=\"4\" fill=\"%s\"/>%n",
                    WIDTH - RIGHT - 24,
                    top - 6,
                    COLOURS.get(i % COLOURS.size())));
            text(WIDTH - RIGHT - 30, top, "end", plot.series().get(i).name());
        }
    }

    private double left(double number) {
        return LEFT + x.place(number) * (WIDTH - LEFT - RIGHT);
    }

    private double top(double number) {
        return HEIGHT - BOTTOM - y.place(number) * (HEIGHT - TOP - BOTTOM);
    }

    private void line(double x1, double y1, double x2, double y2) {
        out.append(String.format(
                Locale.ROOT,
                "<line x1=\"%.2f\" y1=\"%.2f\" x2=\"%.2f\" y2=\"%.2f\" stroke=\"#ddd\"/>%n",
                x1,
                y1,
                x2,
                y2));
    }

    private void text(double left, double top, String anchor, String text) {
        if (!text.isEmpty()) {
            out.append(String.format(
                    Locale.ROOT,
                    "<text x=\"%.2f\" y=\"%.2f\" text-anchor=\"%s\">%s</text>%n",
                    left,
                    top,
                    anchor,
                    escaped(text)));
        }
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }
}
