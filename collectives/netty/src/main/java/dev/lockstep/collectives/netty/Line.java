package dev.lockstep.collectives.netty;

import java.io.IOException;
import java.nio.channels.GatheringByteChannel;
import java.nio.channels.ScatteringByteChannel;

/** What a connection's frames are read from and written to: its socket, or TLS over it. Confined to the pump. */
interface Line extends ScatteringByteChannel, GatheringByteChannel {
    /** {@return whether something that was taken waits for the network} */
    boolean isPending();

    /** Writes what waits for the network, as far as it goes; returns whether anything has left. */
    boolean flush() throws IOException;
}
