package dev.lockstep.testkit.oracle;

import dev.lockstep.tensor.Fourier;
import dev.lockstep.tensor.FourierNorm;

/** Fourier transforms. */
final class FourierOracle {
    private FourierOracle() {}

    static OracleFunctions functions() {
        return new OracleFunctions("fourier")
                .unary("fft", Fourier::fft)
                .unary("fft.longer", x -> Fourier.fft(x, 9, 0, FourierNorm.BACKWARD))
                .unary("fft.shorter", x -> Fourier.fft(x, 3, 0, FourierNorm.ORTHO))
                .unary("ifft", Fourier::ifft)
                .unary("ifft.forward", x -> Fourier.ifft(x, 6, -1, FourierNorm.FORWARD))
                .unary("rfft", Fourier::rfft)
                .unary("rfft.axis", x -> Fourier.rfft(x, 8, 0, FourierNorm.FORWARD))
                .unary("irfft", Fourier::irfft)
                .unary("irfft.odd", x -> Fourier.irfft(x, 5, -1, FourierNorm.ORTHO))
                .unary("irfft.longer", x -> Fourier.irfft(x, 11, 0, FourierNorm.BACKWARD))
                .unary("fft2", Fourier::fft2)
                .unary("ifft2", Fourier::ifft2)
                .unary("rfft2", Fourier::rfft2)
                .unary("irfft2", Fourier::irfft2)
                .unary("fftfreq", x -> Fourier.fftfreq(x.numel(), 0.5))
                .unary("rfftfreq", x -> Fourier.rfftfreq(x.numel(), 0.5))
                .unary("fftshift", x -> Fourier.fftshift(x, 0, 1))
                .unary("ifftshift", x -> Fourier.ifftshift(x, 0, 1));
    }
}
