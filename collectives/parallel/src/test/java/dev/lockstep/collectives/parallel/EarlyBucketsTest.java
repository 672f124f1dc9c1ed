package dev.lockstep.collectives.parallel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lockstep.backend.Backends;
import dev.lockstep.collectives.testkit.Ranks;
import dev.lockstep.data.Batch;
import dev.lockstep.data.TensorDataset;
import dev.lockstep.device.Device;
import dev.lockstep.module.Layer;
import dev.lockstep.module.WeightsDigest;
import dev.lockstep.nn.Linear;
import dev.lockstep.optim.SGD;
import dev.lockstep.tensor.Tensor;
import dev.lockstep.tensor.Tensors;
import dev.lockstep.train.Job;
import dev.lockstep.train.StepLog;
import dev.lockstep.train.Trainer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** The sum of the last layer's bucket is under way while backward has not come to the first layer yet. */
class EarlyBucketsTest {
    private static final int WORKERS = 2;
    private static final int VIRTUAL_RANKS = 4;
    private static final int STEPS = 4;
    private static final BucketSizes ONE_A_TENSOR = new BucketSizes(1, 1);

    private static final class Net extends Layer {
        private final Linear first = child("first", new Linear(6, 8));
        private final Linear last = child("last", new Linear(8, 3));

        @Override
        public Tensor forward(Tensor x) {
            return last.call(first.call(x).relu());
        }
    }

    /** One worker; its backward stops before the first layer until a sum was started early. */
    private static final class Worker {
        private final Semaphore started = new Semaphore(0);
        private final Net net;
        private final Trainer<Net> trainer;
        private boolean seen = true;

        Worker(GroupSource source) {
            Tensors.manualSeed(5);
            net = new Net();
            Job job = new Job(
                    new Job.Settings(VIRTUAL_RANKS, WORKERS, 1, 0, Device.CPU, 10),
                    () -> new ElasticReducer(
                            Crew.watched(source, group -> Crew.counted(group, this::allReduced)),
                            Backends.of(Device.CPU).memory(),
                            System::nanoTime,
                            ONE_A_TENSOR),
                    StepLog.silent(),
                    () -> 0);
            trainer = Trainer.of(job, net, new SGD(net.parameters(), o -> o.lr(0.1)));
        }

        private void allReduced() {
            if (Thread.currentThread().getName().equals("lockstep-buckets")) {
                started.release();
            }
        }

        /** Makes all steps. In each but the first, backward of the last virtual rank waits until a sum has begun. */
        String train(Tensor x, Tensor y) {
            int ownLeaves = VIRTUAL_RANKS / WORKERS;
            int[] leaves = {0};
            net.first.weight().registerHook(gradient -> {
                leaves[0]++;
                boolean last = leaves[0] % ownLeaves == 0;
                if (last && leaves[0] > ownLeaves) {
                    seen &= await();
                }
                return gradient;
            });
            for (int step = 0; step < STEPS; step++) {
                started.drainPermits();
                Batch batch = Batch.of(new TensorDataset(x, y), 0, x.size(0));
                trainer.step(batch, (model, b, _) -> Tensors.mseLoss(model.call(b.x()), b.y()));
            }
            trainer.finish();
            return WeightsDigest.sha256(net.stateDict());
        }

        private boolean await() {
            try {
                return started.tryAcquire(20, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return false;
            }
        }
    }

    @Test
    void aSumBeginsBeforeBackwardEnds() {
        Tensors.manualSeed(9);
        Tensor x = Tensors.randn(12, 6);
        Tensor y = Tensors.randn(12, 3);
        try (Wire wire = Wire.Kind.THREADS.open(WORKERS)) {
            FakeCluster cluster = new FakeCluster(wire, WORKERS, VIRTUAL_RANKS);
            List<Worker> workers = new ArrayList<>();
            List<FutureTask<String>> tasks = new ArrayList<>();
            for (int worker = 0; worker < WORKERS; worker++) {
                workers.add(new Worker(cluster.source(worker)));
            }
            workers.forEach(worker -> tasks.add(Ranks.start("worker", () -> worker.train(x, y))));
            List<String> digests =
                    tasks.stream().map(task -> Ranks.join(task, "a worker")).toList();
            assertEquals(digests.get(0), digests.get(1));
            workers.forEach(worker -> assertTrue(worker.seen, "no sum began while backward was stopped"));
        }
    }
}
