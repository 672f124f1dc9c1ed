package dev.lockstep.module;

import dev.lockstep.tensor.Tensor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;

/**
 * Named tensors in an order: the state of a module or of an optimizer. Keys are PyTorch's. The map cannot be changed,
 * the tensors can.
 *
 * @param tensors the tensors by key
 */
public record StateDict(SequencedMap<String, Tensor> tensors) {
    /** Copies the map. */
    public StateDict {
        tensors = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(tensors));
    }

    /**
     * What keeps a state dict from fitting a module.
     *
     * @param missing keys the module has and the state dict lacks
     * @param unexpected keys the module does not know
     * @param misshaped keys whose shapes differ, with both shapes
     */
    public record Difference(List<String> missing, List<String> unexpected, List<String> misshaped) {
        /** Copies the lists. */
        public Difference {
            missing = List.copyOf(missing);
            unexpected = List.copyOf(unexpected);
            misshaped = List.copyOf(misshaped);
        }

        /** {@return whether there is none} */
        public boolean isEmpty() {
            return missing.isEmpty() && unexpected.isEmpty() && misshaped.isEmpty();
        }

        /** {@return one line a kind of difference, each starting with a line break} */
        @Override
        public String toString() {
            return line("missing", missing) + line("unexpected", unexpected) + line("misshaped", misshaped);
        }

        private static String line(String kind, List<String> keys) {
            return keys.isEmpty() ? "" : "\n  " + kind + ": " + String.join(", ", keys);
        }
    }

    /** {@return the keys, in order} */
    public Set<String> keys() {
        return tensors.keySet();
    }

    /** {@return whether there is a tensor of this key} */
    public boolean contains(String key) {
        return tensors.containsKey(key);
    }

    /**
     * {@return the tensor of a key}
     *
     * @throws IllegalArgumentException if there is none
     */
    public Tensor get(String key) {
        Tensor tensor = tensors.get(key);
        if (tensor == null) {
            throw new IllegalArgumentException("state dict: no key '" + key + "' among " + tensors.keySet());
        }
        return tensor;
    }

    /** {@return where this state dict differs in keys or shapes from the tensors that it should fit} */
    public Difference differenceTo(Map<String, Tensor> wanted) {
        List<String> missing = new ArrayList<>();
        List<String> misshaped = new ArrayList<>();
        wanted.forEach((key, tensor) -> {
            Tensor mine = tensors.get(key);
            if (mine == null) {
                missing.add(key);
            } else if (!mine.shape().equals(tensor.shape())) {
                misshaped.add(key + " is " + mine.shape() + ", should be " + tensor.shape());
            }
        });
        List<String> unexpected = tensors.keySet().stream()
                .filter(key -> !wanted.containsKey(key))
                .toList();
        return new Difference(missing, unexpected, misshaped);
    }
}
