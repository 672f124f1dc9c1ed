package dev.lockstep.testkit.backend;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.lockstep.backend.Backend;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/**
 * What every backend must do, op by op: values that a reader can check by hand or that naive code gives, strided,
 * expanded, 0-dim and empty inputs, and the errors users see. Extend it and name the backend. After each test all
 * memory must be back in the pool.
 */
public abstract class BackendContract
        implements ElementwiseContract,
                CastContract,
                ReductionContract,
                SoftmaxContract,
                ShapingContract,
                ContractionContract,
                ConvolutionContract,
                PoolingContract,
                RecurrenceContract,
                NormalizationContract,
                IndexingContract,
                SamplingContract,
                LossContract,
                UpdateContract {
    private @Nullable Values values;
    private long inUseBefore;

    /** For subclasses. */
    protected BackendContract() {}

    /** {@return the backend under test; the same at each call} */
    protected abstract Backend backend();

    @BeforeEach
    final void openValues() {
        inUseBefore = backend().memory().stats().bytesInUse();
        values = new Values(backend());
    }

    @AfterEach
    final void allMemoryIsBackInThePool() {
        values().close();
        assertEquals(inUseBefore, backend().memory().stats().bytesInUse(), "bytes that outlived the test");
    }

    @Override
    public final Values values() {
        if (values == null) {
            throw new IllegalStateException("no test is running");
        }
        return values;
    }
}
