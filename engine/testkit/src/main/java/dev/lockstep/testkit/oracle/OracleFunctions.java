package dev.lockstep.testkit.oracle;

import dev.lockstep.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BinaryOperator;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/** The functions of one golden file, by key. What a function gives may be a tensor, a list or a record of tensors. */
public final class OracleFunctions {
    private final String file;
    private boolean single;
    private boolean recorded;
    private final Map<String, Function<List<Tensor>, ?>> functions = new LinkedHashMap<>();

    /** Names the golden file. */
    OracleFunctions(String file) {
        this.file = file;
    }

    /** {@return all functions that are compared with PyTorch} */
    public static List<OracleFunctions> all() {
        return List.of(
                ElementwiseOracle.functions(),
                ReductionOracle.functions(),
                ShapeOracle.functions(),
                FunctionalOracle.functions(),
                LossOracle.functions(),
                LinearAlgebraOracle.functions(),
                FourierOracle.functions(),
                DistributionOracle.functions(),
                DtypeOracle.functions(),
                TrainingOracle.optimizers(),
                TrainingOracle.schedulers(),
                TrainingOracle.initialisers());
    }

    /** Compares in f32 alone: what is drawn is drawn in f32. Returns this. */
    OracleFunctions inSingle() {
        single = true;
        return this;
    }

    /** Compares in the dtypes that were recorded, values and dtypes. Returns this. */
    OracleFunctions asRecorded() {
        recorded = true;
        return this;
    }

    boolean isRecorded() {
        return recorded;
    }

    boolean isSingle() {
        return single;
    }

    OracleFunctions unary(String key, UnaryOperator<Tensor> function) {
        return many(key, in -> function.apply(in.get(0)));
    }

    OracleFunctions binary(String key, BinaryOperator<Tensor> function) {
        return many(key, in -> function.apply(in.get(0), in.get(1)));
    }

    OracleFunctions many(String key, Function<List<Tensor>, ?> function) {
        if (functions.put(key, function) != null) {
            throw new IllegalStateException(file + ": function '" + key + "' twice");
        }
        return this;
    }

    /** {@return the name of the golden file} */
    public String file() {
        return file;
    }

    /** {@return the keys, in order} */
    public List<String> keys() {
        return List.copyOf(functions.keySet());
    }

    /** {@return the function of a case} */
    Function<List<Tensor>, ?> of(GoldenCase golden) {
        Function<List<Tensor>, ?> function = functions.get(golden.key());
        if (function == null) {
            throw new IllegalStateException(file + ".golden: case '" + golden.name() + "' has no function here");
        }
        return function;
    }
}
