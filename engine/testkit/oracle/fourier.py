"""torch.fft; complex tensors have a last axis of 2 here."""

import torch

from golden import File, normal


def complex_(function):
    """A function of complex tensors as one of their parts."""
    def of_parts(x):
        y = function(torch.view_as_complex(x))
        return torch.view_as_real(y.resolve_conj()) if y.is_complex() else y
    return of_parts


def real(function):
    return lambda x: torch.view_as_real(function(x).resolve_conj())


file = File("fourier")
x, r = normal(1, 2, 6, 2), normal(2, 3, 5)
for n in [1, 2, 3, 4, 7, 8, 12]:
    file.case("fft:%d" % n, complex_(torch.fft.fft), normal(n, n, 2))
    file.case("ifft:%d" % n, complex_(torch.fft.ifft), normal(n, n, 2))
file.case("fft", complex_(torch.fft.fft), x)
file.case("fft.longer", complex_(lambda t: torch.fft.fft(t, 9, 0)), normal(3, 4, 3, 2))
file.case("fft.shorter", complex_(lambda t: torch.fft.fft(t, 3, 0, "ortho")), normal(3, 4, 3, 2))
file.case("ifft", complex_(torch.fft.ifft), x)
file.case("ifft.forward", complex_(lambda t: torch.fft.ifft(t, norm="forward")), x)
file.case("rfft", real(torch.fft.rfft), r)
file.case("rfft:even", real(torch.fft.rfft), normal(2, 3, 6))
file.case("rfft.axis", real(lambda t: torch.fft.rfft(t, 8, 0, "forward")), r)
file.case("irfft", complex_(torch.fft.irfft), normal(4, 2, 4, 2))
file.case("irfft:one", complex_(lambda t: torch.fft.irfft(t, 2)), normal(4, 2, 2, 2))
file.case("irfft.odd", complex_(lambda t: torch.fft.irfft(t, 5, norm="ortho")), normal(4, 2, 4, 2))
file.case("irfft.longer", complex_(lambda t: torch.fft.irfft(t, 11, 0)), normal(4, 4, 2, 2))
file.case("fft2", complex_(torch.fft.fft2), normal(5, 2, 3, 4, 2))
file.case("ifft2", complex_(torch.fft.ifft2), normal(5, 2, 3, 4, 2))
file.case("rfft2", real(torch.fft.rfft2), normal(6, 2, 3, 5))
file.case("irfft2", complex_(torch.fft.irfft2), normal(6, 3, 4, 2))
file.case("fftfreq", lambda t: torch.fft.fftfreq(t.numel(), 0.5), normal(1, 7), grad=False)
file.case("fftfreq:even", lambda t: torch.fft.fftfreq(t.numel(), 0.5), normal(1, 6), grad=False)
file.case("rfftfreq", lambda t: torch.fft.rfftfreq(t.numel(), 0.5), normal(1, 7), grad=False)
file.case("fftshift", lambda t: torch.fft.fftshift(t), normal(1, 3, 4))
file.case("ifftshift", lambda t: torch.fft.ifftshift(t), normal(1, 3, 4))
file.write()
