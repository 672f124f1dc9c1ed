package dev.lockstep.launcher.bench;

import dev.lockstep.launcher.ExitCode;
import dev.lockstep.launcher.LaunchException;
import dev.lockstep.module.Module;
import dev.lockstep.serialization.Safetensors;
import dev.lockstep.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.List;

/** Gives a model the weights of a file: safetensors by name, or flat f32 values in the order of its parameters. */
final class InitialWeights {
    private InitialWeights() {}

    static void load(Module<?, ?> model, Path file) {
        if (file.toString().endsWith(".safetensors")) {
            model.load(Safetensors.load(file));
            return;
        }
        float[] values = RawFiles.floats(file);
        List<Tensor> parameters = model.parameters();
        long wanted = parameters.stream().mapToLong(Tensor::numel).sum();
        if (values.length != wanted) {
            throw new LaunchException(
                    ExitCode.DATA, file + " has " + values.length + " values, the model " + wanted + " parameters");
        }
        long from = 0;
        for (Tensor parameter : parameters) {
            long bytes = parameter.numel() * Float.BYTES;
            parameter.copyFrom(MemorySegment.ofArray(values).asSlice(from, bytes));
            from += bytes;
        }
    }
}
