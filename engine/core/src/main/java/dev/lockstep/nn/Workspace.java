package dev.lockstep.nn;

import dev.lockstep.backend.Backend;
import dev.lockstep.backend.Value;
import dev.lockstep.backend.op.BinaryKind;
import dev.lockstep.backend.op.Elementwise;
import dev.lockstep.backend.op.Op;
import dev.lockstep.backend.op.UnaryKind;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;

/** Executes ops of a layer's own kernel and closes what they made, except what is kept. Confined to one call. */
final class Workspace implements AutoCloseable {
    private final Backend backend;
    private final Set<Value> made = Collections.newSetFromMap(new IdentityHashMap<>());

    Workspace(Backend backend) {
        this.backend = backend;
    }

    Value run(Op op, Value... inputs) {
        return runAll(op, inputs)[0];
    }

    Value[] runAll(Op op, Value... inputs) {
        Value[] outputs = backend.execute(op, inputs);
        Collections.addAll(made, outputs);
        return outputs;
    }

    Value unary(UnaryKind kind, Value x) {
        return run(new Elementwise.Unary(kind), x);
    }

    Value binary(BinaryKind kind, Value a, Value b) {
        return run(new Elementwise.Binary(kind), a, b);
    }

    Value mul(Value a, Value b) {
        return binary(BinaryKind.MUL, a, b);
    }

    Value add(Value a, Value b) {
        return binary(BinaryKind.ADD, a, b);
    }

    /** Makes a value outlive this workspace; the caller owns it. */
    Value keep(Value value) {
        made.remove(value);
        return value;
    }

    /** Takes charge of a value made elsewhere, such as a view. */
    Value adopt(Value value) {
        made.add(value);
        return value;
    }

    @Override
    public void close() {
        made.forEach(Value::close);
        made.clear();
    }
}
