package dev.lockstep.collectives.aeron;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.UUID;

/**
 * Where workers reach one another: {@code host:port}, followed by {@code @driver} where the worker shares its driver
 * with others. Workers of one driver talk through its memory (IPC), all others by UDP.
 *
 * @param options the length of buffers
 * @param mine the address of this worker
 */
record AeronChannels(AeronOptions options, String mine) {
    private static final char DRIVER_MARK = '@';
    private static final Path BOOT = Path.of("/proc/sys/kernel/random/boot_id");
    private static final String COUNTERS_FILE = "cnc.dat";
    private static final int MTU_MEMORY_BYTES = 32 << 10;
    private static final int MTU_LOOPBACK_BYTES = 16 << 10;
    private static final int MTU_BYTES = 1_408;
    private static final int MTUS_PER_TERM = 8;
    private static final int PORT_BITS = 16;
    private static final int GENERATIONS = 1 << (31 - PORT_BITS);
    private static final int FIRST_STREAM = 2;

    /** {@return a driver's name, which no other driver has that lives at the same time, on whatever machine} */
    static String nameOf(Path driver) throws IOException {
        BasicFileAttributes file = Files.readAttributes(driver.resolve(COUNTERS_FILE), BasicFileAttributes.class);
        String boot = Files.isReadable(BOOT) ? Files.readString(BOOT).strip() : "";
        String all = boot + " " + file.fileKey() + " " + file.creationTime() + " " + driver;
        return UUID.nameUUIDFromBytes(all.getBytes(StandardCharsets.UTF_8)).toString();
    }

    static String shared(String hostAndPort, String driver) {
        return hostAndPort + DRIVER_MARK + driver;
    }

    /** {@return whether a worker shares the driver of this one} */
    boolean isNear(String address) {
        String driver = driver(address);
        return !driver.isEmpty() && driver.equals(driver(mine));
    }

    private static String driver(String address) {
        int mark = address.indexOf(DRIVER_MARK);
        return mark < 0 ? "" : address.substring(mark);
    }

    /** {@return {@code host:port} of an address} */
    static String endpoint(String address) {
        int mark = address.indexOf(DRIVER_MARK);
        return mark < 0 ? address : address.substring(0, mark);
    }

    /** {@return the channel on which a worker listens to those who are near, or to all others} */
    String channel(String address, boolean near) {
        String endpoint = endpoint(address);
        boolean loopback = endpoint.startsWith("127.") || endpoint.startsWith("localhost:");
        int most = near ? MTU_MEMORY_BYTES : loopback ? MTU_LOOPBACK_BYTES : MTU_BYTES;
        String rest = "mtu=" + Math.min(most, options.termBytes() / MTUS_PER_TERM) + "|term-length="
                + options.termBytes() + "|sparse=false";
        return near ? "aeron:ipc?" + rest : "aeron:udp?endpoint=" + endpoint + "|" + rest;
    }

    /**
     * {@return the number of the stream on which a worker listens} Streams of other generations have other numbers, so
     * that what is late is not even received; in the memory of a driver, where there are no ports, so do those of other
     * workers.
     */
    static int stream(String address, boolean near, long generation) {
        if (!near) {
            return (int) (FIRST_STREAM + generation % (Integer.MAX_VALUE - FIRST_STREAM));
        }
        String endpoint = endpoint(address);
        int port = Integer.parseInt(endpoint.substring(endpoint.lastIndexOf(':') + 1));
        return (int) (generation % GENERATIONS) << PORT_BITS | port;
    }
}
