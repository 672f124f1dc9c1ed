package dev.lockstep.optim;

import dev.lockstep.tensor.Tensor;
import java.util.List;

/**
 * Parameters that share their options.
 *
 * @param parameters leaves that require a gradient
 * @param config the options
 * @param <C> the optimizer's record of options
 */
public record ParameterGroup<C>(List<Tensor> parameters, C config) {
    /** Copies the list. */
    public ParameterGroup {
        parameters = List.copyOf(parameters);
    }
}
