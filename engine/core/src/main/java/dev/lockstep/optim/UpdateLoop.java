package dev.lockstep.optim;

import java.util.function.IntConsumer;

/** Runs a loop whose rounds do not depend on one another, on one thread or on several. */
@FunctionalInterface
public interface UpdateLoop {
    /** The loop on the calling thread alone. */
    UpdateLoop SEQUENTIAL = (count, body) -> {
        for (int i = 0; i < count; i++) {
            body.accept(i);
        }
    };

    /** Calls the body once for each number from 0 to {@code count - 1}, in any order, and returns when all is done. */
    void run(int count, IntConsumer body);
}
