package dev.lockstep.testkit.backend;

import dev.lockstep.backend.op.Window;
import dev.lockstep.layout.Shape;
import java.util.Arrays;

/** A convolution with its numbers and what naive code makes of them: seven loops, every product visited once. */
final class ConvolutionCase {
    /** Takes one product: the places of y, x and the weight that belong together, in C order. */
    private interface Tap {
        void accept(int y, int x, int w);
    }

    private final Shape x;
    private final Shape weight;
    private final Shape y;
    private final Window window;
    private final int groups;
    private final double[] numbersX;
    private final double[] numbersW;
    private final double[] numbersG;

    private ConvolutionCase(Shape x, Shape weight, Shape y, Window window, int groups) {
        this.x = x;
        this.weight = weight;
        this.y = y;
        this.window = window;
        this.groups = groups;
        this.numbersX = Values.normals((int) x.elements(), 1);
        this.numbersW = Values.normals((int) weight.elements(), 2);
        this.numbersG = Values.normals((int) y.elements(), 3);
    }

    static ConvolutionCase of(Shape x, int out, Window window, int groups) {
        Shape weight = Shape.of(out, x.size(1) / groups, window.kernelH(), window.kernelW());
        Shape y = Shape.of(x.size(0), out, window.outH(x.size(2)), window.outW(x.size(3)));
        return new ConvolutionCase(x, weight, y, window, groups);
    }

    Shape x() {
        return x;
    }

    Shape weight() {
        return weight;
    }

    Shape y() {
        return y;
    }

    Window window() {
        return window;
    }

    int groups() {
        return groups;
    }

    double[] numbersX() {
        return numbersX.clone();
    }

    double[] numbersW() {
        return numbersW.clone();
    }

    double[] numbersG() {
        return numbersG.clone();
    }

    /** {@return a bound on how many products go into one number} */
    long terms() {
        return Math.max(weight.elements(), y.elements());
    }

    double[] forward() {
        return products(y, numbersX, numbersW, 0);
    }

    double[] forwardScale() {
        return products(y, abs(numbersX), abs(numbersW), 0);
    }

    double[] inputGrad() {
        return products(x, numbersG, numbersW, 1);
    }

    double[] inputScale() {
        return products(x, abs(numbersG), abs(numbersW), 1);
    }

    double[] weightGrad() {
        return products(weight, numbersG, numbersX, 2);
    }

    double[] weightScale() {
        return products(weight, abs(numbersG), abs(numbersX), 2);
    }

    private static double[] abs(double[] numbers) {
        return Arrays.stream(numbers).map(Math::abs).toArray();
    }

    /** Sums products into y (0), x (1) or the weight (2). */
    private double[] products(Shape shape, double[] a, double[] b, int into) {
        double[] sums = new double[(int) shape.elements()];
        each((atY, atX, atW) -> {
            switch (into) {
                case 0 -> sums[atY] += a[atX] * b[atW];
                case 1 -> sums[atX] += a[atY] * b[atW];
                default -> sums[atW] += a[atY] * b[atX];
            }
        });
        return sums;
    }

    private void each(Tap tap) {
        for (int i = 0; i < y.elements() * weight.elements() / weight.size(0); i++) {
            int kw = i % window.kernelW();
            int kh = i / window.kernelW() % window.kernelH();
            int area = window.kernelW() * window.kernelH();
            int c = (int) (i / area % weight.size(1));
            int atY = (int) (i / area / weight.size(1));
            int ow = (int) (atY % y.size(3));
            int oh = (int) (atY / y.size(3) % y.size(2));
            int out = (int) (atY / y.size(3) / y.size(2) % y.size(1));
            int n = (int) (atY / y.size(3) / y.size(2) / y.size(1));
            int h = oh * window.strideH() + kh - window.padH();
            int w = ow * window.strideW() + kw - window.padW();
            if (h >= 0 && h < x.size(2) && w >= 0 && w < x.size(3)) {
                int group = (int) (out / (weight.size(0) / groups));
                long channel = group * weight.size(1) + c;
                int atX = (int) (((n * x.size(1) + channel) * x.size(2) + h) * x.size(3) + w);
                int atW = (int) (((out * weight.size(1) + c) * window.kernelH() + kh) * window.kernelW() + kw);
                tap.accept(atY, atX, atW);
            }
        }
    }

    @Override
    public String toString() {
        return x + " by " + weight + " in " + groups + " groups, " + window;
    }
}
