package dev.lockstep.backend.fusion;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.lockstep.backend.Value;
import dev.lockstep.backend.op.Op;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;

/** A fusing backend above one that records what it is asked to do; what it gave is closed after the test. */
abstract class FusingFixture {
    final RecordingBackend below = new RecordingBackend();
    final FusingBackend fusing = new FusingBackend(below);
    final List<Value> owned = new ArrayList<>();

    @AfterEach
    void everythingGoesBackToThePool() {
        owned.forEach(Value::close);
        assertEquals(0, below.memory().stats().bytesInUse());
    }

    final Value keep(Value value) {
        owned.add(value);
        return value;
    }

    final Value[] all(Op op, Value... inputs) {
        Value[] outputs = fusing.execute(op, inputs);
        owned.addAll(List.of(outputs));
        return outputs;
    }

    final Value run(Op op, Value... inputs) {
        return all(op, inputs)[0];
    }

    /** Reads all elements in the order of memory. */
    static float[] numbers(Value value) {
        var memory = value.storage().segment();
        float[] numbers = new float[(int) value.shape().elements()];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] =
                    memory.getAtIndex(ValueLayout.JAVA_FLOAT, value.layout().offset() + i);
        }
        return numbers;
    }

    /** Reads the first element. */
    static float read(Value value) {
        return numbers(value)[0];
    }
}
