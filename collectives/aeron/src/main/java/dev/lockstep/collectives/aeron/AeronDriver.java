package dev.lockstep.collectives.aeron;

import io.aeron.CommonContext;
import io.aeron.driver.MediaDriver;
import io.aeron.driver.ThreadingMode;
import io.aeron.exceptions.DriverTimeoutException;
import java.io.File;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import org.agrona.IoUtil;
import org.agrona.concurrent.BackoffIdleStrategy;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One media driver for all workers of a machine, on a thread of its own that sleeps where nothing moves. Belongs to
 * whoever starts the workers, and outlives them. Thread-safe.
 */
public final class AeronDriver implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(AeronDriver.class);
    private static final String FOLDER_PREFIX = "lockstep-aeron-";
    private static final long STALE_MILLIS = 10_000;
    private static final int NAME_BYTES = 8;
    private static final long SPINS = 10;
    private static final long YIELDS = 20;
    private static final long PARK_NANOS_MIN = 1_000;
    private static final long PARK_NANOS_MAX = 100_000;

    private final MediaDriver driver;

    private AeronDriver(MediaDriver driver) {
        this.driver = driver;
    }

    /** Starts a driver; see {@link AeronFitness} before. */
    public static AeronDriver launch(AeronOptions options) {
        return new AeronDriver(MediaDriver.launch(context(options)
                .threadingMode(ThreadingMode.SHARED)
                .sharedIdleStrategy(new BackoffIdleStrategy(SPINS, YIELDS, PARK_NANOS_MIN, PARK_NANOS_MAX))));
    }

    /** {@return a driver's settings, with a folder of its own} */
    static MediaDriver.Context context(AeronOptions options) {
        sweep(options.folder().toFile(), options.epochMillis().getAsLong());
        return new MediaDriver.Context()
                .aeronDirectoryName(
                        options.folder().resolve(FOLDER_PREFIX + random()).toString())
                .dirDeleteOnStart(true)
                .dirDeleteOnShutdown(true)
                .termBufferSparseFile(false)
                .publicationTermBufferLength(options.termBytes())
                .ipcTermBufferLength(options.termBytes())
                .imageLivenessTimeoutNs(options.liveness().toNanos())
                .publicationConnectionTimeoutNs(options.liveness().toNanos())
                .clientLivenessTimeoutNs(Duration.ofMinutes(1).toNanos())
                .publicationUnblockTimeoutNs(Duration.ofMinutes(2).toNanos())
                .errorHandler(error -> LOG.debug("Aeron's driver: {}", error.toString()));
    }

    private static String random() {
        byte[] bytes = new byte[NAME_BYTES];
        new SecureRandom().nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    /** Removes the buffers of drivers whose process is dead. In a folder that is new a driver may be starting. */
    private static void sweep(File folder, long now) {
        File[] left = folder.listFiles((_, name) -> name.startsWith(FOLDER_PREFIX));
        for (File driver : left == null ? new File[0] : left) {
            boolean mayBeStarting = now - driver.lastModified() < STALE_MILLIS;
            if (!mayBeStarting && !isActive(driver)) {
                IoUtil.delete(driver, true);
            }
        }
    }

    /** {@return whether a driver runs in a folder} */
    static boolean isActive(File driver) {
        try {
            return CommonContext.isDriverActive(driver, STALE_MILLIS, LOG::debug);
        } catch (DriverTimeoutException unfinished) {
            LOG.debug("{} was left before it was whole", driver, unfinished);
            return false;
        }
    }

    /** {@return the folder by which workers find it, see {@link AeronOptions#withDriver}} */
    public Path folder() {
        return Path.of(driver.aeronDirectoryName());
    }

    /** Ends it; its workers must have ended before. */
    @Override
    public void close() {
        driver.close();
    }
}
