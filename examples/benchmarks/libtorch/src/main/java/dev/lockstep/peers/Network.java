package dev.lockstep.peers;

import java.util.List;
import org.bytedeco.pytorch.Tensor;

/** A function of one tensor, with the parameters it was made with inside. */
@FunctionalInterface
interface Network {
    /** {@return the output for a batch} */
    Tensor forward(Tensor x);

    /** {@return the networks one after the other} */
    static Network chain(Network... parts) {
        List<Network> list = List.of(parts);
        return x -> {
            Tensor y = x;
            for (Network part : list) {
                y = part.forward(y);
            }
            return y;
        };
    }
}
