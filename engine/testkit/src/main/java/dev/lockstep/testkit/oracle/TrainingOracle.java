package dev.lockstep.testkit.oracle;

import dev.lockstep.layout.DType;
import dev.lockstep.nn.Init;
import dev.lockstep.optim.Adadelta;
import dev.lockstep.optim.Adagrad;
import dev.lockstep.optim.Adam;
import dev.lockstep.optim.AdamW;
import dev.lockstep.optim.Adamax;
import dev.lockstep.optim.Lion;
import dev.lockstep.optim.NAdam;
import dev.lockstep.optim.Optimizer;
import dev.lockstep.optim.RAdam;
import dev.lockstep.optim.RMSprop;
import dev.lockstep.optim.ReduceOnPlateau;
import dev.lockstep.optim.SGD;
import dev.lockstep.optim.Schedule;
import dev.lockstep.tensor.Tensor;
import dev.lockstep.tensor.Tensors;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/** Optimizers over twenty steps, schedules over thirty, initialisers from a seed. */
final class TrainingOracle {
    private static final List<Integer> SEEN = List.of(1, 2, 5, 20);
    private static final int RATES = 30;
    private static final long SEED = 3;

    private TrainingOracle() {}

    static OracleFunctions optimizers() {
        var table = new OracleFunctions("optimizers");
        momentum(table);
        adaptive(table);
        return table;
    }

    private static void momentum(OracleFunctions table) {
        optimizer(table, "SGD", p -> new SGD(p, o -> o.lr(0.1)));
        optimizer(
                table,
                "SGD.momentum",
                p -> new SGD(p, o -> o.lr(0.05).momentum(0.9).dampening(0.1).weightDecay(0.02)));
        optimizer(
                table,
                "SGD.nesterov",
                p -> new SGD(p, o -> o.lr(0.05).momentum(0.9).nesterov(true)));
        optimizer(table, "Adam", p -> new Adam(p, o -> o.lr(0.1)));
        optimizer(
                table,
                "Adam.decay",
                p -> new Adam(p, o -> o.lr(0.1).betas(0.8, 0.95).eps(1e-6).weightDecay(0.1)));
        optimizer(table, "AdamW", p -> new AdamW(p, o -> o.lr(0.1).weightDecay(0.1)));
        optimizer(table, "Lion", p -> new Lion(p, o -> o.lr(0.1).weightDecay(0.1)));
    }

    private static void adaptive(OracleFunctions table) {
        optimizer(table, "RMSprop", p -> new RMSprop(p, o -> o.lr(0.05)));
        optimizer(
                table,
                "RMSprop.all",
                p -> new RMSprop(
                        p,
                        o -> o.lr(0.05)
                                .alpha(0.9)
                                .weightDecay(0.1)
                                .momentum(0.5)
                                .centered(true)));
        optimizer(table, "Adagrad", p -> new Adagrad(p, o -> o.lr(0.3)));
        optimizer(
                table,
                "Adagrad.decay",
                p -> new Adagrad(p, o -> o.lr(0.3).lrDecay(0.1).weightDecay(0.1)));
        optimizer(table, "Adadelta", p -> new Adadelta(p, o -> o.weightDecay(0.1)));
        optimizer(table, "Adamax", p -> new Adamax(p, o -> o.lr(0.1).weightDecay(0.1)));
        optimizer(table, "NAdam", p -> new NAdam(p, o -> o.lr(0.1).weightDecay(0.1)));
        optimizer(table, "RAdam", p -> new RAdam(p, o -> o.lr(0.1).weightDecay(0.1)));
    }

    private static void optimizer(OracleFunctions table, String key, Function<List<Tensor>, Optimizer> make) {
        table.many(key, in -> {
            Tensor parameter = in.get(0).clone().asParameter();
            Optimizer optimizer = make.apply(List.of(parameter));
            List<Tensor> seen = new ArrayList<>();
            for (int step = 1; step <= SEEN.getLast(); step++) {
                optimizer.step(loss(parameter).backward());
                if (SEEN.contains(step)) {
                    seen.add(parameter.detach().clone());
                }
            }
            return seen;
        });
    }

    private static Tensor loss(Tensor p) {
        Tensor target =
                Tensors.arange(p.numel()).reshape(p.shape()).to(p.dtype()).div(4);
        return p.sub(target).square().sum().add(p.mul(3L).sin().sum().mul(0.1));
    }

    static OracleFunctions schedulers() {
        var table = new OracleFunctions("schedulers");
        schedule(table, "stepLr", Schedule.stepLr(7, 0.5));
        schedule(table, "multiStepLr", Schedule.multiStepLr(0.3, 5, 12, 20));
        schedule(table, "exponential", Schedule.exponential(0.9));
        schedule(table, "constant", Schedule.constant(0.25, 6));
        schedule(table, "cosineAnnealing", Schedule.cosineAnnealing(29, 0.1));
        schedule(table, "cosineWarmRestarts", Schedule.cosineWarmRestarts(4, 2, 0.1));
        schedule(table, "linear.lr", Schedule.linear(0.2, 0.8, 10));
        schedule(table, "lambda", step -> 1.0 / (1 + step));
        schedule(table, "oneCycle", Schedule.oneCycle(31));
        schedule(table, "sequential", Schedule.constant(0.1, 100).then(10, Schedule.exponential(0.9)));
        schedule(table, "warmup", Schedule.warmup(8));
        table.many("reduceOnPlateau", in -> {
            ReduceOnPlateau plateau = new ReduceOnPlateau(0.5, 2);
            return factors(step -> {
                double factor = plateau.factor(step);
                plateau.observe(1.0 / (1 + Math.min(step, 6)));
                return factor;
            });
        });
        return table;
    }

    private static void schedule(OracleFunctions table, String key, Schedule schedule) {
        table.many(key, in -> factors(schedule));
    }

    private static Tensor factors(Schedule schedule) {
        double[] factors = new double[RATES];
        for (int step = 0; step < RATES; step++) {
            factors[step] = schedule.factor(step);
        }
        return Tensors.of(factors, DType.F64, RATES);
    }

    static OracleFunctions initialisers() {
        var table = new OracleFunctions("initialisers").inSingle();
        initialiser(table, "uniform_", t -> Init.uniform_(t, -2, 3));
        initialiser(table, "normal_", t -> Init.normal_(t, 1, 2));
        initialiser(table, "constant_", t -> Init.constant_(t, 1.5));
        initialiser(table, "zeros_", Init::zeros_);
        initialiser(table, "ones_", Init::ones_);
        initialiser(table, "eye_", Init::eye_);
        initialiser(table, "xavierUniform_", t -> Init.xavierUniform_(t, 1.5));
        initialiser(table, "xavierNormal_", t -> Init.xavierNormal_(t, 1.5));
        initialiser(table, "kaimingUniform_", t -> Init.kaimingUniform_(t, 0.2));
        initialiser(table, "kaimingNormal_", t -> Init.kaimingNormal_(t, 0.2));
        initialiser(table, "truncNormal_", t -> Init.truncNormal_(t, 0.5, 1.5, new double[] {-1, 2}));
        initialiser(table, "orthogonal_", t -> Init.orthogonal_(t, 1.5));
        table.many("orthogonal_.wide", in -> drawn(t -> Init.orthogonal_(t, 1), 3, 6));
        table.many("calculateGain", in -> gains());
        return table;
    }

    private static void initialiser(OracleFunctions table, String key, UnaryOperator<Tensor> fill) {
        table.many(key, in -> drawn(fill, 5, 4));
    }

    private static Tensor drawn(UnaryOperator<Tensor> fill, long... sizes) {
        Tensors.manualSeed(SEED);
        return fill.apply(Tensors.empty(sizes));
    }

    private static Tensor gains() {
        List<String> known = List.of("linear", "conv2d", "sigmoid", "tanh", "relu", "leaky_relu", "selu");
        double[] gains = new double[known.size() + 1];
        for (int i = 0; i < known.size(); i++) {
            gains[i] = Init.calculateGain(known.get(i));
        }
        gains[known.size()] = Init.calculateGain("leaky_relu", 0.3);
        return Tensors.of(gains, DType.F64, gains.length);
    }
}
