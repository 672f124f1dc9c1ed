package dev.lockstep.optim;

import dev.lockstep.autograd.GradMode;
import dev.lockstep.tensor.Scope;
import dev.lockstep.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * Keeps the exponential moving average of parameters: {@code average = decay average + (1 - decay) parameter} after
 * each step, to evaluate or save instead of them (Polyak and Juditsky 1992). Confined to the thread that steps.
 */
public final class MovingAverage {
    private final List<Tensor> parameters;
    private final List<Tensor> averages = new ArrayList<>();
    private final double decay;

    /**
     * Starts with copies of the parameters.
     *
     * @param decay how much of the average stays, in [0, 1)
     */
    public MovingAverage(List<Tensor> parameters, double decay) {
        Options.share("MovingAverage", "decay", decay);
        this.parameters = List.copyOf(parameters);
        this.decay = decay;
        for (Tensor parameter : parameters) {
            averages.add(Scope.outside(() -> parameter.detach().clone().asBuffer()));
        }
    }

    /** Moves the averages towards the parameters; to be called after each step. */
    public void update() {
        try (var _ = GradMode.noGrad();
                var _ = Scope.open("moving average")) {
            for (int i = 0; i < averages.size(); i++) {
                averages.get(i).mul_(decay).add_(parameters.get(i).detach().mul(1 - decay));
            }
        }
    }

    /** {@return the averages, in the order of the parameters} */
    public List<Tensor> averages() {
        return List.copyOf(averages);
    }

    /** Exchanges parameters and averages: to evaluate with the averages, and once more to go on training. */
    public void swap() {
        try (var _ = GradMode.noGrad();
                var _ = Scope.open("moving average")) {
            for (int i = 0; i < averages.size(); i++) {
                Tensor kept = parameters.get(i).detach().clone();
                parameters.get(i).copy_(averages.get(i));
                averages.get(i).copy_(kept);
            }
        }
    }
}
