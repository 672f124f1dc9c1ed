package dev.lockstep.serialization;

import static dev.lockstep.serialization.FormatSamples.arrays;
import static dev.lockstep.serialization.FormatSamples.assertSame;
import static dev.lockstep.serialization.FormatSamples.file;
import static dev.lockstep.serialization.FormatSamples.state;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lockstep.layout.DType;
import dev.lockstep.layout.Shape;
import dev.lockstep.module.StateDict;
import dev.lockstep.tensor.Tensor;
import dev.lockstep.tensor.Tensors;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Reads what src/test/python/formats.py has written with PyTorch 1.13 and numpy 1.24. */
class FormatsFromPythonTest {
    @Test
    void readsAStateDictOfTorch() {
        assertSame(state(), PyTorchFile.load(file("state.pt")));
    }

    @Test
    void readsAStateDictBelowAKeyUnderTorchsNames() {
        StateDict model = PyTorchFile.load(file("checkpoint.pt"), "model");
        assertEquals(
                List.of(
                        "fc.weight",
                        "fc.bias",
                        "norm.weight",
                        "norm.bias",
                        "norm.running_mean",
                        "norm.running_var",
                        "norm.num_batches_tracked"),
                List.copyOf(model.keys()));
        assertArrayEquals(new float[] {1, 2, 3, 4}, model.get("fc.weight").toFloatArray());
        assertArrayEquals(new float[] {5, 6}, model.get("fc.bias").toFloatArray());
    }

    @Test
    void readsWhatElseACheckpointHolds() {
        Map<?, ?> all = (Map<?, ?>) PyTorchFile.loadObject(file("checkpoint.pt"));
        assertEquals(3L, all.get("epoch"));
        assertEquals(0.5, all.get("rate"));
        assertEquals("n\u00e4he", all.get("name"));
        assertEquals(Optional.empty(), all.get("none"));
        assertEquals(true, all.get("yes"));
        assertEquals(1L << 40, all.get("big"));
        assertEquals(-5L, all.get("negative"));
        assertEquals(List.of(2L, 3L), all.get("size"));
        assertEquals(DType.F32, all.get("dtype"));
        assertEquals("cuda:1", all.get("device"));
        assertArrayEquals(new float[] {1, 1}, ((Tensor) all.get("parameter")).toFloatArray());
    }

    @Test
    void viewsOfOneStorageShareItsMemory() {
        List<?> views = (List<?>) ((Map<?, ?>) PyTorchFile.loadObject(file("checkpoint.pt"))).get("views");
        Tensor transposed = (Tensor) views.getFirst();
        Tensor base = (Tensor) views.getLast();
        assertEquals(Shape.of(3, 2), transposed.shape());
        assertArrayEquals(new float[] {2, 5, 3, 6, 4, 7}, transposed.toFloatArray());
        base.mul_(10);
        assertArrayEquals(new float[] {20, 50, 30, 60, 40, 70}, transposed.toFloatArray());
    }

    @Test
    void readsArraysOfNumpyPackedOrNot() {
        assertSame(arrays(), Npy.loadZip(file("arrays.npz")));
        assertSame(arrays(), Npy.loadZip(file("packed.npz")));
    }

    @Test
    void readsTheOtherByteOrderAndTheOtherOrderOfAxes() {
        Tensor big = Npy.load(file("big_endian.npy"));
        assertEquals(Shape.of(2, 3), big.shape());
        assertArrayEquals(new double[] {0, 1, 2, 3, 4, 5}, big.toDoubleArray());
        Tensor fortran = Npy.load(file("fortran.npy"));
        assertEquals(Shape.of(2, 3, 4), fortran.shape());
        assertTrue(fortran.isContiguous());
        assertArrayEquals(IntStream.range(0, 24).toArray(), fortran.toIntArray());
    }

    @Test
    void readsSafetensors() {
        assertSame(state(), Safetensors.load(file("state.safetensors")));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
        objects.npy   | objects are pickles, which could run code
        structure.npy | no tensors of structured types
        text.npy      | no tensors of type '<U2'
        complex.npy   | no tensors of type '<c8'
        """)
    void refusesArraysThatAreNoTensors(String name, String part) {
        var error = assertThrows(CheckpointCorruptException.class, () -> Npy.load(file(name)));
        assertTrue(error.getMessage().contains(part), error.getMessage());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
        code.pt       | '__builtin__.print' is not allowed
        expanded.pt   | save expanded tensors with contiguous()
        legacy.pt     | before PyTorch 1.6
        arrays.npz    | is no PyTorch file
        checkpoint.pt | 'model' is a dictionary, not a tensor
        """)
    void refusesWhatIsNoStateDict(String name, String part) {
        var error = assertThrows(CheckpointCorruptException.class, () -> PyTorchFile.load(file(name)));
        assertTrue(error.getMessage().contains(part), error.getMessage());
    }

    @Test
    void namesTheKeysWhereOneIsMissing() {
        var error = assertThrows(
                CheckpointCorruptException.class, () -> PyTorchFile.load(file("checkpoint.pt"), "weights"));
        assertTrue(error.getMessage().contains("no 'weights' among [model, parameter"), error.getMessage());
    }

    @Test
    void numpyHasNoBfloat16() {
        var file = java.nio.file.Path.of("never.npy");
        assertThrows(IllegalArgumentException.class, () -> Npy.save(Tensors.zeros(DType.BF16, 2), file));
        assertThrows(IllegalArgumentException.class, () -> Npy.saveZip(state(), file));
    }
}
