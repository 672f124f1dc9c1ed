package dev.lockstep.tensor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lockstep.backend.Backend;
import dev.lockstep.backend.Backends;
import dev.lockstep.backend.op.Update.Sgd;
import dev.lockstep.backend.scalar.ScalarBackend;
import dev.lockstep.device.Device;
import dev.lockstep.device.MemoryPool;
import dev.lockstep.device.MemoryStats;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * A loop that opens a scope a step uses no more memory after a thousand steps than after one, and leaves nothing to the
 * collector.
 */
class FlatMemoryTest {
    private final Backend before = Backends.of(Device.CPU);
    private final MemoryPool pool = freshPool();
    private final Mlp model = new Mlp();

    /** Puts a backend with memory of its own in place, so that what other tests forgot is not counted here. */
    private static MemoryPool freshPool() {
        Backend fresh = new ScalarBackend();
        Backends.use(fresh);
        return fresh.memory();
    }

    @AfterEach
    void nothingWasLeftToTheCollector() {
        Backends.use(before);
        System.gc();
        assertEquals(0, pool.stats().reclaimedByGc());
    }

    /** Two layers, written out. */
    private static final class Mlp {
        private final Tensor weight1 =
                Tensors.randn(new Generator(1), 16, 8).mul_(0.3).asParameter();
        private final Tensor bias1 = Tensors.zeros(16).asParameter();
        private final Tensor weight2 =
                Tensors.randn(new Generator(2), 3, 16).mul_(0.3).asParameter();

        Tensor loss(Tensor x, Tensor y) {
            return Tensors.crossEntropy(x.linear(weight1, bias1).relu().linear(weight2, null), y);
        }

        void step(Gradients gradients) {
            for (Tensor parameter : List.of(weight1, bias1, weight2)) {
                Tensors.execute(new Sgd(0.1, 0, 0, 0, false, true), parameter, gradients.get(parameter));
            }
        }
    }

    private double train() {
        try (Scope _ = Scope.open("step")) {
            Tensor x = Tensors.randn(new Generator(3), 4, 8);
            Tensor loss = model.loss(x, Tensors.tensor(0, 1, 2, 0));
            model.step(loss.backward());
            return loss.item();
        }
    }

    @Test
    void training() {
        double first = train();
        long after = pool.stats().bytesInUse();
        double last = 0;
        for (int step = 0; step < 1000; step++) {
            last = train();
            assertEquals(after, pool.stats().bytesInUse(), "step " + step);
        }
        assertTrue(last < first / 10, first + " -> " + last);
    }

    @Test
    void reservedMemoryStaysToo() {
        train();
        MemoryStats first = pool.stats();
        for (int step = 0; step < 200; step++) {
            train();
        }
        assertEquals(first.bytesReserved(), pool.stats().bytesReserved());
    }

    @Test
    void forwardOnlyWithAGraphThatNobodyWalks() {
        long bytes = pool.stats().bytesInUse();
        for (int i = 0; i < 10_000; i++) {
            try (Scope _ = Scope.open()) {
                model.weight2.mul(2.0).relu();
            }
        }
        assertEquals(bytes, pool.stats().bytesInUse());
    }

    @Test
    void anExceptionInTheMiddleOfAForward() {
        long bytes = pool.stats().bytesInUse();
        for (int i = 0; i < 100; i++) {
            assertThrows(
                    IllegalArgumentException.class,
                    () -> Scope.tidy(() -> {
                        Tensor hidden = Tensors.ones(4, 8).linear(model.weight1, model.bias1);
                        return hidden.linear(model.weight1, null);
                    }));
        }
        assertEquals(bytes, pool.stats().bytesInUse());
    }

    @Test
    void anExceptionInTheMiddleOfABackward() {
        long bytes = pool.stats().bytesInUse();
        for (int i = 0; i < 100; i++) {
            assertThrows(
                    IllegalStateException.class,
                    () -> Scope.tidy(() -> {
                        Tensor hidden = model.weight1.exp();
                        Tensor loss = hidden.mul(model.weight1).tanh().sum();
                        Tensors.noGrad(() -> hidden.add_(1));
                        return loss.backward();
                    }));
        }
        assertEquals(bytes, pool.stats().bytesInUse());
    }

    @Test
    void leavingTheLoopWithTheLossInHand() {
        long bytes = pool.stats().bytesInUse();
        Tensor loss = firstLoss();
        Gradients gradients = loss.backward();
        assertEquals(3, gradients.size());
        gradients.close();
        loss.close();
        assertEquals(bytes, pool.stats().bytesInUse());
    }

    /** Leaves a loop over batches in the middle. */
    private Tensor firstLoss() {
        while (true) {
            try (Scope _ = Scope.open("iteration")) {
                return model.loss(Tensors.ones(4, 8), Tensors.tensor(0, 1, 2, 0))
                        .keep();
            }
        }
    }

    @Test
    void keptGradientsLiveUntilTheyAreClosed() {
        long bytes = pool.stats().bytesInUse();
        Gradients kept;
        try (Scope _ = Scope.open()) {
            kept = model.loss(Tensors.ones(4, 8), Tensors.tensor(0, 1, 2, 0))
                    .backward()
                    .keep();
        }
        assertTrue(pool.stats().bytesInUse() > bytes);
        assertEquals(3, kept.tensors().size());
        kept.close();
        assertEquals(bytes, pool.stats().bytesInUse());
    }

    @Test
    void gradientsOfGradients() {
        long bytes = pool.stats().bytesInUse();
        for (int i = 0; i < 50; i++) {
            try (Scope _ = Scope.open()) {
                Gradients first = model.weight1.tanh().square().sum().backward(o -> o.createGraph(true));
                Gradients second = first.get(model.weight1).square().sum().backward();
                assertEquals(1, second.size());
            }
        }
        assertEquals(bytes, pool.stats().bytesInUse());
    }

    @Test
    void twoThreadsOnSharedParameters() throws InterruptedException {
        long bytes = pool.stats().bytesInUse();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            threads.add(new Thread(() -> {
                for (int k = 0; k < 300; k++) {
                    try (Scope _ = Scope.open()) {
                        model.loss(Tensors.ones(4, 8), Tensors.tensor(0, 1, 2, 0))
                                .backward();
                    }
                }
            }));
        }
        threads.forEach(Thread::start);
        for (Thread thread : threads) {
            thread.join();
        }
        assertEquals(bytes, pool.stats().bytesInUse());
    }

    @Test
    void whatAGraphSavedIsFreedWithItsLastOutput() {
        long bytes = pool.stats().bytesInUse();
        try (Scope _ = Scope.open()) {
            Tensor deep = Tensors.ones(1000).requiresGrad(true);
            for (int i = 0; i < 100; i++) {
                deep = deep.exp().tanh();
            }
            assertTrue(pool.stats().bytesInUse() > bytes + 100 * 4000);
        }
        assertEquals(bytes, pool.stats().bytesInUse());
    }
}
