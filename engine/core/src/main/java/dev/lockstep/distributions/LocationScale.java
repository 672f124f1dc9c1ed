package dev.lockstep.distributions;

import dev.lockstep.tensor.Tensor;
import java.util.List;

/** A distribution over all numbers that lies around a middle, as wide as its scale. */
abstract sealed class LocationScale extends Distribution permits Laplace, Normal {
    final Tensor loc;
    final Tensor scale;

    LocationScale(String name, Tensor loc, Tensor scale) {
        this(broadcast(loc, positive(name + ": scale", scale)));
    }

    private LocationScale(List<Tensor> parameters) {
        super(parameters.getFirst().shape(), parameters.getFirst().dtype());
        this.loc = parameters.get(0);
        this.scale = parameters.get(1);
    }

    @Override
    final Tensor supports(Tensor value) {
        return value.isFinite();
    }

    @Override
    final String support() {
        return "all numbers";
    }

    @Override
    public final Tensor mean() {
        return loc;
    }
}
