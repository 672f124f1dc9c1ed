package dev.lockstep.launcher;

import dev.lockstep.collectives.aeron.AeronDriver;
import java.util.Map;
import java.util.Optional;

/** The one media driver of this machine's workers, for as long as they live, if they need one. */
public final class AeronShare implements AutoCloseable {
    private final Optional<AeronDriver> driver;

    private AeronShare(Optional<AeronDriver> driver) {
        this.driver = driver;
    }

    /**
     * Starts a driver, unless workers do without, the environment names one that runs already, or this machine has one
     * worker only: that one runs its driver itself, without handing over between threads.
     *
     * @param transport how workers are connected
     * @param workers how many there are, all of which may come to be on this machine
     * @param here how many are started on this machine
     * @throws LaunchException if this machine is not fit for Aeron, which they are connected by
     */
    public static AeronShare open(String transport, int workers, int here) {
        if (!transport.equals("aeron")) {
            return new AeronShare(Optional.empty());
        }
        AeronFolder.require(workers);
        return new AeronShare(
                here == 1 || AeronFolder.running().isPresent()
                        ? Optional.empty()
                        : Optional.of(AeronDriver.launch(AeronFolder.options())));
    }

    /** {@return what workers need in their environment to find the driver} */
    public Map<String, String> environment() {
        return driver.map(own -> Map.of(AeronFolder.VARIABLE, own.folder().toString()))
                .orElseGet(Map::of);
    }

    /** Ends the driver; the workers must have ended before. */
    @Override
    public void close() {
        driver.ifPresent(AeronDriver::close);
    }
}
