package dev.lockstep.backend.scalar;

import dev.lockstep.backend.Backend;
import dev.lockstep.backend.ShapeRules;
import dev.lockstep.backend.Value;
import dev.lockstep.backend.ValueSpec;
import dev.lockstep.backend.op.Fused;
import java.util.ArrayList;
import java.util.List;

/** Runs the links of a fused op one by one: the bits that every backend must give. */
final class FusedKernels {
    private FusedKernels() {}

    static Value[] run(Backend backend, Fused op, Value... inputs) {
        ShapeRules.outputs(op, ValueSpec.of(inputs));
        List<Value> values = new ArrayList<>(List.of(inputs));
        try {
            for (Fused.Link link : op.links()) {
                Value[] arguments = link.arguments().stream().map(values::get).toArray(Value[]::new);
                values.add(backend.execute(link.op(), arguments)[0]);
            }
            return op.outputs().stream()
                    .map(output -> values.get(inputs.length + output).alias())
                    .toArray(Value[]::new);
        } finally {
            values.subList(inputs.length, values.size()).forEach(Value::close);
        }
    }
}
