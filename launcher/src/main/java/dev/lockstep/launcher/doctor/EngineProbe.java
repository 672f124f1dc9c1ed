package dev.lockstep.launcher.doctor;

import dev.lockstep.backend.Backend;
import dev.lockstep.backend.Backends;
import dev.lockstep.device.Device;
import dev.lockstep.tensor.Tensor;
import dev.lockstep.tensor.Tensors;

/** Multiplies two small matrices on the backend that a run would use. */
final class EngineProbe {
    private EngineProbe() {}

    static Finding probe() {
        Backend backend = Backends.of(Device.CPU);
        Tensor ones = Tensors.ones(2, 3);
        float[] product = ones.matmul(ones.t()).toFloatArray();
        String name = backend.getClass().getSimpleName();
        return product[0] == 3
                ? Finding.ok("engine", name + ": 2 x 3 times 3 x 2 is right")
                : Finding.bad("engine", name + " computes " + product[0] + " for 3: this machine must not train");
    }
}
