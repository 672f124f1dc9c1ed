package dev.lockstep.collectives.aeron;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sets an Aeron endpoint's bounds.
 *
 * @param folder where the driver keeps its buffers: {@code /dev/shm}, or a folder for temporary files
 * @param driver the folder of a driver that runs already, for all workers of the machine; empty to run one in here
 * @param termBytes the length of a stream's buffers, a power of two; each stream has three of them at both its ends
 * @param liveness how long a peer may say nothing at all before it is given up
 * @param transferPatience the least time for which a message that has begun may stand still
 * @param onRefusal receives one line for a caller that is not listened to, with its address and why
 * @param nanoTime a monotonic clock
 * @param epochMillis the clock of files: milliseconds since 1970
 */
public record AeronOptions(
        Path folder,
        Optional<Path> driver,
        int termBytes,
        Duration liveness,
        Duration transferPatience,
        Consumer<String> onRefusal,
        LongSupplier nanoTime,
        LongSupplier epochMillis) {
    private static final Logger LOG = LoggerFactory.getLogger(AeronEndpoint.class);
    private static final int TERM_BYTES = 1 << 20;
    private static final Duration LIVENESS = Duration.ofSeconds(5);
    private static final Duration TRANSFER_PATIENCE = Duration.ofSeconds(10);

    /** {@return buffers of 1 MiB in {@code folder}, five seconds of silence, refusals logged} */
    public static AeronOptions defaults(Path folder, LongSupplier nanoTime, LongSupplier epochMillis) {
        return new AeronOptions(
                folder, Optional.empty(), TERM_BYTES, LIVENESS, TRANSFER_PATIENCE, LOG::warn, nanoTime, epochMillis);
    }

    /** {@return these options with a driver that runs already: an {@link AeronDriver}, or Aeron's own} */
    public AeronOptions withDriver(Path running) {
        return new AeronOptions(
                folder, Optional.of(running), termBytes, liveness, transferPatience, onRefusal, nanoTime, epochMillis);
    }

    /** {@return these options with other buffers} */
    public AeronOptions withTermBytes(int other) {
        return new AeronOptions(folder, driver, other, liveness, transferPatience, onRefusal, nanoTime, epochMillis);
    }

    /** {@return these options with another receiver of refusals} */
    public AeronOptions withOnRefusal(Consumer<String> other) {
        return new AeronOptions(folder, driver, termBytes, liveness, transferPatience, other, nanoTime, epochMillis);
    }
}
