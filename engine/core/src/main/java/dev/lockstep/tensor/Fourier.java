package dev.lockstep.tensor;

import dev.lockstep.layout.DType;

/**
 * torch.fft. There are no complex dtypes: a complex tensor has a last axis of 2, real and imaginary part, as
 * {@code torch.view_as_real} gives it. Axes are counted without that one, -1 being the last before it. A transform of
 * any length takes n log n steps, in f64 on the host, {@code X_k = sum_j x_j e^(-2 pi i j k / n)}; all have gradients
 * of any order.
 */
public final class Fourier {
    private Fourier() {}

    /** Transforms complex x [..., n, 2] along the last axis. */
    public static Tensor fft(Tensor x) {
        return fft(x, x.size(-2), -1, FourierNorm.BACKWARD);
    }

    /** Transforms complex x along an axis that is cut or filled with zeros to n first. */
    public static Tensor fft(Tensor x, long n, int axis, FourierNorm norm) {
        return along(x, n, axis, norm, false);
    }

    /** Transforms complex x [..., n, 2] back along the last axis. */
    public static Tensor ifft(Tensor x) {
        return ifft(x, x.size(-2), -1, FourierNorm.BACKWARD);
    }

    /** Transforms complex x back along an axis that is cut or filled with zeros to n first. */
    public static Tensor ifft(Tensor x, long n, int axis, FourierNorm norm) {
        return along(x, n, axis, norm, true);
    }

    /** Transforms real x [..., n] along the last axis to its first half [..., n / 2 + 1, 2]; the rest mirrors it. */
    public static Tensor rfft(Tensor x) {
        return rfft(x, x.size(-1), -1, FourierNorm.BACKWARD);
    }

    /** Transforms real x along an axis that is cut or filled with zeros to n first; n / 2 + 1 remain. */
    public static Tensor rfft(Tensor x, long n, int axis, FourierNorm norm) {
        int real = Engine.axis("rfft", x, axis);
        Tensor complex = Tensors.stack(-1, floating(x), Tensors.zerosLike(floating(x)));
        return fft(complex, n, real, norm).narrow(real, 0, n / 2 + 1);
    }

    /** Transforms half a spectrum [..., m, 2] back to 2 (m - 1) real numbers along the last axis. */
    public static Tensor irfft(Tensor x) {
        return irfft(x, 2 * (x.size(-2) - 1), -1, FourierNorm.BACKWARD);
    }

    /** Transforms half a spectrum along an axis back to n real numbers. What is missing counts as zero. */
    public static Tensor irfft(Tensor x, long n, int axis, FourierNorm norm) {
        int complex = axis("irfft", x, axis);
        long half = n / 2 + 1;
        if (n < 1) {
            throw Engine.wrong("irfft: n is " + n + " for " + x.shape() + ", it must be at least 1");
        }
        Tensor first = resized(x, complex, half);
        long mirrored = n - half;
        Tensor whole = first;
        if (mirrored > 0) {
            Tensor rest = first.narrow(complex, 1, mirrored).flip(complex);
            Tensor signs = Tensors.of(new double[] {1, -1}, x.dtype(), 2);
            whole = Tensors.cat(complex, first, rest.mul(signs));
        }
        return ifft(whole, n, complex, norm).select(-1, 0);
    }

    /** Transforms complex x [..., m, n, 2] along the last two axes. */
    public static Tensor fft2(Tensor x) {
        return fft(fft(x), x.size(-3), -2, FourierNorm.BACKWARD);
    }

    /** Transforms complex x [..., m, n, 2] back along the last two axes. */
    public static Tensor ifft2(Tensor x) {
        return ifft(ifft(x), x.size(-3), -2, FourierNorm.BACKWARD);
    }

    /** Transforms real x [..., m, n] along the last two axes to [..., m, n / 2 + 1, 2]. */
    public static Tensor rfft2(Tensor x) {
        return fft(rfft(x), x.size(-2), -2, FourierNorm.BACKWARD);
    }

    /** Transforms half a spectrum [..., m, k, 2] back to real [..., m, 2 (k - 1)]. */
    public static Tensor irfft2(Tensor x) {
        return irfft(ifft(x, x.size(-3), -2, FourierNorm.BACKWARD));
    }

    /** Gives the frequency of each of n elements of a transform, of samples {@code d} apart: 0, 1, ..., -1 over n d. */
    public static Tensor fftfreq(long n, double d) {
        Tensor places = Tensors.arange(n);
        long lastPositive = (n - 1) / 2;
        Tensor signed = Tensors.where(places.gt(lastPositive), places.sub(n), places);
        return signed.to(DType.F32).mul(1 / (n * d));
    }

    /** Gives the frequency of each of the n / 2 + 1 elements of a real transform. */
    public static Tensor rfftfreq(long n, double d) {
        return Tensors.arange(n / 2 + 1).to(DType.F32).mul(1 / (n * d));
    }

    /** Moves the zero frequency of a spectrum without a complex axis to the middle of the axes. */
    public static Tensor fftshift(Tensor x, int... axes) {
        return shifted(x, false, axes);
    }

    /** Undoes {@link #fftshift}. */
    public static Tensor ifftshift(Tensor x, int... axes) {
        return shifted(x, true, axes);
    }

    private static Tensor shifted(Tensor x, boolean back, int... axes) {
        Tensor moved = x;
        for (int axis : axes) {
            long size = x.size(axis);
            moved = moved.roll(back ? (size + 1) / 2 : size / 2, axis);
        }
        return moved;
    }

    private static Tensor along(Tensor x, long n, int axis, FourierNorm norm, boolean inverse) {
        String name = inverse ? "ifft" : "fft";
        int place = axis(name, x, axis);
        if (n < 1) {
            throw Engine.wrong(name + ": n is " + n + " for " + x.shape() + ", it must be at least 1");
        }
        Tensor fitting = resized(x, place, n);
        boolean isLast = place == x.rank() - 2;
        Tensor lines = isLast ? fitting : fitting.transpose(place, -2);
        Tensor result = Engine.run(new FourierOp(inverse), lines);
        double scale = norm.scale(n, inverse);
        Tensor scaled = scale == 1 ? result : result.mul(scale);
        return isLast ? scaled : scaled.transpose(place, -2);
    }

    private static int axis(String name, Tensor x, int axis) {
        if (x.rank() < 2 || x.size(-1) != 2 || !x.dtype().isFloating()) {
            throw Engine.wrong(name + ": needs floating numbers with a last axis of 2, real and imaginary part, got "
                    + x.dtype() + x.shape());
        }
        int place = axis < 0 ? axis + x.rank() - 1 : axis;
        if (place < 0 || place >= x.rank() - 1) {
            throw Engine.wrong(name + ": axis " + axis + " is out of range for complex " + x.shape());
        }
        return place;
    }

    private static Tensor floating(Tensor x) {
        return x.dtype().isFloating() ? x : x.to(DType.F32);
    }

    private static Tensor resized(Tensor x, int axis, long n) {
        long size = x.size(axis);
        if (size >= n) {
            return size == n ? x : x.narrow(axis, 0, n);
        }
        long[] sizes = x.shape().with(axis, n - size).toArray();
        return Tensors.cat(axis, x, Tensors.zeros(x.dtype(), sizes));
    }
}
