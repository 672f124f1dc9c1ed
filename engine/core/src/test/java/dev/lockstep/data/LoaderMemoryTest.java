package dev.lockstep.data;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.lockstep.backend.Backend;
import dev.lockstep.backend.Backends;
import dev.lockstep.backend.scalar.ScalarBackend;
import dev.lockstep.device.Device;
import dev.lockstep.device.MemoryPool;
import dev.lockstep.tensor.Scope;
import dev.lockstep.tensor.Tensor;
import dev.lockstep.tensor.Tensors;
import java.util.Iterator;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Loops over loaders, whole ones and ones that are left, use no more memory in the end than at the start. */
class LoaderMemoryTest {
    private static final int EPOCHS = 100;

    private final Backend before = Backends.of(Device.CPU);
    private final MemoryPool pool = freshPool();

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

    @ParameterizedTest
    @ValueSource(ints = {0, 2})
    void columns(int workers) {
        Dataset data = new TensorDataset(Tensors.zeros(40, 100));
        DataLoader loader = DataLoader.of(data, o -> o.batchSize(8).workers(workers));
        long start = pool.stats().bytesInUse();
        for (int epoch = 0; epoch < EPOCHS; epoch++) {
            for (Batch batch : loader) {
                batch.x().add(1);
            }
            leave(loader);
            assertEquals(start, pool.stats().bytesInUse(), "epoch " + epoch);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 2})
    void streams(int workers) {
        IterableDataset<Tensor> stream = epoch ->
                LongStream.range(0, 20).mapToObj(id -> Tensors.tensor(id)).iterator();
        ItemLoader<Tensor> loader = ItemLoader.of(stream, o -> o.batchSize(3).workers(workers));
        long start = pool.stats().bytesInUse();
        for (int epoch = 0; epoch < EPOCHS; epoch++) {
            loader.resume(Cursor.START);
            for (Tensor batch : loader) {
                batch.add(1);
            }
            leave(loader.resume(Cursor.START));
            assertEquals(start, pool.stats().bytesInUse(), "epoch " + epoch);
        }
    }

    private static void leave(Iterable<?> loader) {
        try (Scope _ = Scope.open("around")) {
            Iterator<?> loop = loader.iterator();
            loop.next();
            loop.next();
        }
    }
}
