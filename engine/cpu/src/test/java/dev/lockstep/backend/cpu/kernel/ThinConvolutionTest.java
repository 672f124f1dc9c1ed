package dev.lockstep.backend.cpu.kernel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lockstep.backend.Backend;
import dev.lockstep.backend.Value;
import dev.lockstep.backend.cpu.CpuBackend;
import dev.lockstep.backend.cpu.HostMemory;
import dev.lockstep.backend.cpu.onednn.Matrices;
import dev.lockstep.backend.op.Convolution;
import dev.lockstep.backend.op.Window;
import dev.lockstep.backend.scalar.ScalarBackend;
import dev.lockstep.device.MemoryPool;
import dev.lockstep.layout.Layout;
import dev.lockstep.layout.Shape;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ThinConvolutionTest {
    private static final int GUARDED = 64;

    private final MemoryPool pool = new MemoryPool(new HostMemory());

    /** Images x height x width x channels in x channels out x size of the filter x zeros around. */
    private static ThinConvolution.Form form(String sizes) {
        int[] n =
                Arrays.stream(sizes.split("x", -1)).mapToInt(Integer::parseInt).toArray();
        int kernel = n[5];
        int pad = n[6];
        Shape outputs = Shape.of(n[0], n[4], n[1] + 2L * pad - kernel + 1, n[2] + 2L * pad - kernel + 1);
        return new ThinConvolution.Form(Shape.of(n[0], n[3], n[1], n[2]), outputs, kernel, kernel, pad, pad);
    }

    /** Runs the kernel; behind the result nothing may be written. */
    private float[] run(ThinConvolution.Form form, float[] in, float[] filter, boolean turned, float[] bias) {
        int count = (int) form.out().elements();
        float[] guarded = new float[count + GUARDED];
        Arrays.fill(guarded, 7f);
        try (Arena arena = Arena.ofConfined();
                ThinConvolution thin = new ThinConvolution(pool, form)) {
            MemorySegment out = Floats.of(arena, guarded);
            long biasAt = bias.length == 0 ? 0 : Floats.of(arena, bias).address();
            long inAt = Floats.of(arena, in).address();
            MemorySegment weights =
                    Floats.of(arena, new float[(int) form.filter(turned).bytes() / Float.BYTES]);
            form.filter(turned).write(Floats.of(arena, filter).address(), weights.address());
            thin.run(inAt, weights.address(), biasAt, out.address());
            float[] all = Floats.read(out, guarded.length);
            assertArrayEquals(
                    Arrays.copyOfRange(guarded, count, guarded.length), Arrays.copyOfRange(all, count, all.length));
            return Arrays.copyOf(all, count);
        }
    }

    /** The definition, summed in double. */
    private static float[] expected(ThinConvolution.Form form, float[] x, float[] w, boolean turned, float[] bias) {
        int in = (int) form.in().size(1);
        int out = (int) form.out().size(1);
        int outH = (int) form.out().size(2);
        int outW = (int) form.out().size(3);
        float[] y = new float[(int) form.out().elements()];
        for (int at = 0; at < y.length; at++) {
            int o = at % out;
            int column = at / out % outW;
            int row = at / out / outW % outH;
            int image = at / out / outW / outH;
            double sum = bias.length == 0 ? 0 : bias[o];
            for (int tap = 0; tap < form.kernelH() * form.kernelW() * in; tap++) {
                int i = tap % in;
                int c = tap / in % form.kernelW();
                int r = tap / in / form.kernelW();
                int h = row + r - form.padH();
                int v = column + c - form.padW();
                boolean inside = h >= 0
                        && h < form.in().size(2)
                        && v >= 0
                        && v < form.in().size(3);
                int place = turned
                        ? ((i * out + o) * form.kernelH() + form.kernelH() - 1 - r) * form.kernelW()
                                + form.kernelW()
                                - 1
                                - c
                        : ((o * in + i) * form.kernelH() + r) * form.kernelW() + c;
                int pixel = (int) ((image * form.in().size(2) + h) * form.in().size(3) + v) * in + i;
                sum += inside ? (double) x[pixel] * w[place] : 0;
            }
            y[at] = (float) sum;
        }
        return y;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "2x9x8x1x6x5x2",
                "1x5x5x16x6x5x4",
                "3x6x11x3x7x5x0",
                "2x4x6x2x4x3x0",
                "1x4x5x5x3x3x1",
                "1x3x5x2x1x5x2",
                "2x7x23x4x2x7x3",
                "1x1x5x3x7x7x6"
            })
    void computesTheDefinition(String sizes) {
        ThinConvolution.Form form = form(sizes);
        assertTrue(form.suits(), form.toString());
        float[] x = Floats.ordinary((int) form.in().elements(), 1);
        int out = (int) form.out().size(1);
        int products = form.filter(false).taps() * form.kernelW();
        float[] w = Floats.ordinary(products * out, 2);
        float[] bias = Floats.ordinary(out, 3);
        float tolerance = 16 * Math.ulp(16f) * products;
        assertArrayEquals(expected(form, x, w, false, bias), run(form, x, w, false, bias), tolerance);
        float[] none = {};
        assertArrayEquals(expected(form, x, w, true, none), run(form, x, w, true, none), tolerance);
    }

    @Test
    void anImageHasTheBitsItHasAmongOthers() {
        float[] x = Floats.ordinary(4 * 7 * 9 * 3, 1);
        float[] w = Floats.ordinary(3 * 6 * 25, 2);
        float[] all = run(form("4x7x9x3x6x5x2"), x, w, false, new float[0]);
        for (int image = 0; image < 4; image++) {
            float[] alone = Arrays.copyOfRange(x, image * 7 * 9 * 3, (image + 1) * 7 * 9 * 3);
            float[] y = run(form("1x7x9x3x6x5x2"), alone, w, false, new float[0]);
            assertArrayEquals(Arrays.copyOfRange(all, image * 7 * 9 * 6, (image + 1) * 7 * 9 * 6), y);
        }
    }

    @Test
    void anInfinitePixelReachesNoFurtherThanItsFilter() {
        float[] x = new float[2 * 7 * 9];
        x[3 * 9 + 4] = Float.POSITIVE_INFINITY;
        float[] w = new float[6 * 9];
        Arrays.fill(w, 1f);
        float[] y = run(form("2x7x9x1x6x3x1"), x, w, false, new float[0]);
        for (int at = 0; at < y.length; at++) {
            int pixel = at / 6;
            boolean near = Math.abs(pixel / 9 - 3) <= 1 && Math.abs(pixel % 9 - 4) <= 1;
            assertEquals(near ? Float.POSITIVE_INFINITY : 0f, y[at], "at " + at);
        }
    }

    @Test
    void leavesToOthersWhatItIsNoBetterAt() {
        assertFalse(form("1x9x9x3x8x5x2").suits(), "many channels");
        assertFalse(form("1x9x9x32x1x3x1").suits(), "three lanes of 32");
        assertFalse(form("1x9x9x3x6x1x0").suits(), "one column");
        assertFalse(form("1x9x4x3x6x3x1").suits(), "narrow images");
        assertFalse(form("1x9x9x256x6x5x2").suits(), "weights that no cache holds");
        assertFalse(form("1x9x9x3x6x3x3").suits(), "more zeros around than the filter takes in");
    }

    @Test
    void aConvolutionAndItsGradientAgreeWithTheScalarBackend() {
        Backend cpu = new CpuBackend(pool);
        Backend scalar = new ScalarBackend(pool);
        Window window = new Window(5, 3, 1, 1, 1, 2);
        Value x = Matrices.random(cpu, 1, Layout.channelsLast(Shape.of(3, 6, 8, 9)));
        Value w = Matrices.random(cpu, 2, 6, 6, 5, 3);
        Value bias = Matrices.random(cpu, 3, 6);
        var forward = new Convolution.Conv2d(window, 1, true);
        Value y = cpu.execute(forward, x, w, bias)[0];
        assertArrayEquals(Matrices.read(scalar.execute(forward, x, w, bias)[0]), Matrices.read(y), 1e-4f);
        var backward = new Convolution.Conv2dInputGrad(window, 1, x.shape());
        float[] dx = Matrices.read(cpu.execute(backward, y, w)[0]);
        assertArrayEquals(Matrices.read(scalar.execute(backward, y, w)[0]), dx, 1e-3f);
    }
}
