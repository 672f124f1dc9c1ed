package dev.lockstep.testkit.oracle;

import java.util.List;
import java.util.SequencedMap;

/**
 * One recorded call.
 *
 * @param name the function's key, and after a colon what is special about the inputs
 * @param inputs what goes in
 * @param parameters a module's state by key
 * @param outputs what comes out
 * @param gradients of inputs by index, of the outputs times {@link Golden#weights}
 * @param parameterGradients of parameters by key
 */
public record GoldenCase(
        String name,
        List<GoldenTensor> inputs,
        SequencedMap<String, GoldenTensor> parameters,
        List<GoldenTensor> outputs,
        SequencedMap<Integer, GoldenTensor> gradients,
        SequencedMap<String, GoldenTensor> parameterGradients) {
    /** {@return the key of the function} */
    public String key() {
        int colon = name.indexOf(':');
        return colon < 0 ? name : name.substring(0, colon);
    }

    /** {@return whether any gradient was recorded} */
    public boolean hasGradients() {
        return !gradients.isEmpty() || !parameterGradients.isEmpty();
    }

    @Override
    public String toString() {
        return name;
    }
}
