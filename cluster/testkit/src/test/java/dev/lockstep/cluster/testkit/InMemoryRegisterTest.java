package dev.lockstep.cluster.testkit;

import dev.lockstep.cluster.GenerationRegister;
import dev.lockstep.cluster.InMemoryRegister;

class InMemoryRegisterTest extends GenerationRegisterContract {

    private final GenerationRegister register = new InMemoryRegister();

    @Override
    protected GenerationRegister open() {
        return register;
    }
}
