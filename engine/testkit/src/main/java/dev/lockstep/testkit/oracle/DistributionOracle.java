package dev.lockstep.testkit.oracle;

import dev.lockstep.distributions.Bernoulli;
import dev.lockstep.distributions.Beta;
import dev.lockstep.distributions.Categorical;
import dev.lockstep.distributions.Distribution;
import dev.lockstep.distributions.Exponential;
import dev.lockstep.distributions.Gamma;
import dev.lockstep.distributions.Laplace;
import dev.lockstep.distributions.Normal;
import dev.lockstep.distributions.Uniform;
import dev.lockstep.tensor.Tensor;
import java.util.List;
import java.util.function.Function;

/** Densities, entropies, moments and divergences of distributions. */
final class DistributionOracle {
    private final OracleFunctions table = new OracleFunctions("distributions");

    private DistributionOracle() {
        continuous("Normal", 2, in -> new Normal(in.get(0), in.get(1)));
        continuous("Laplace", 2, in -> new Laplace(in.get(0), in.get(1)));
        continuous("Uniform", 2, in -> new Uniform(in.get(0), in.get(1)));
        continuous("Exponential", 1, in -> new Exponential(in.get(0)));
        continuous("Gamma", 2, in -> new Gamma(in.get(0), in.get(1)));
        continuous("Beta", 2, in -> new Beta(in.get(0), in.get(1)));
        table.many("Normal.cdf", in -> new Normal(in.get(1), in.get(2)).cdf(in.get(0)))
                .many("Normal.icdf", in -> new Normal(in.get(1), in.get(2)).icdf(in.get(0)))
                .many("Exponential.cdf", in -> new Exponential(in.get(1)).cdf(in.get(0)));
        discrete("Bernoulli", in -> new Bernoulli(in.getFirst()), in -> Bernoulli.ofLogits(in.getFirst()));
        discrete("Categorical", in -> Categorical.ofProbs(in.getFirst()), in -> Categorical.ofLogits(in.getFirst()));
        table.many("Bernoulli.moments.probs", in -> moments(new Bernoulli(in.getFirst())))
                .many("Bernoulli.moments.logits", in -> moments(Bernoulli.ofLogits(in.getFirst())));
    }

    static OracleFunctions functions() {
        return new DistributionOracle().table;
    }

    private void kind(String name, String suffix, int parameters, Function<List<Tensor>, Distribution> make) {
        table.many(
                        name + ".logProb" + suffix,
                        in -> make.apply(in.subList(1, in.size())).logProb(in.get(0)))
                .many(name + ".entropy" + suffix, in -> make.apply(in).entropy())
                .many(
                        name + ".divergence" + suffix,
                        in -> Distribution.klDivergence(
                                make.apply(in.subList(0, parameters)), make.apply(in.subList(parameters, in.size()))));
    }

    private void continuous(String name, int parameters, Function<List<Tensor>, Distribution> make) {
        kind(name, "", parameters, make);
        table.many(name + ".moments", in -> moments(make.apply(in)));
    }

    private static List<Tensor> moments(Distribution made) {
        return List.of(made.mean(), made.variance(), made.stddev());
    }

    private void discrete(
            String name, Function<List<Tensor>, Distribution> probs, Function<List<Tensor>, Distribution> logits) {
        kind(name, ".probs", 1, probs);
        kind(name, ".logits", 1, logits);
    }
}
