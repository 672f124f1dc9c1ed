package dev.lockstep.nn;

import dev.lockstep.module.Module;
import dev.lockstep.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/** Holds parameters in a list, named by their index from 0. It is not called itself. */
public final class ParameterList extends Module<Object, Object> {
    private final List<Tensor> elements = new ArrayList<>();

    /** Makes parameters of tensors. */
    public ParameterList(List<Tensor> tensors) {
        tensors.forEach(this::add);
    }

    /** Makes a tensor a parameter at the end of the list and returns it. */
    public Tensor add(Tensor tensor) {
        elements.add(param(Integer.toString(elements.size()), tensor));
        return tensor;
    }

    /** {@return the parameter at an index} */
    public Tensor get(int index) {
        return elements.get(index);
    }

    /** {@return how many parameters there are} */
    public int size() {
        return elements.size();
    }

    /** Refuses: a list of parameters computes nothing. */
    @Override
    public Object forward(Object input) {
        throw new UnsupportedOperationException("ParameterList is not called itself: use its parameters");
    }
}
