package dev.lockstep.launcher.bench.allreduce;

import dev.lockstep.collectives.Algorithm;
import dev.lockstep.collectives.ReduceOp;
import dev.lockstep.launcher.TlsFiles;
import dev.lockstep.layout.DType;
import java.util.List;

/**
 * What is to be measured.
 *
 * @param workers the number of ranks
 * @param transport how they are connected
 * @param tcp how those over TCP are
 * @param sum what they compute, and how
 * @param bytes the sizes, one measurement each
 * @param seconds how long each size is measured
 * @param json whether results are JSON lines instead of a table
 */
public record AllReduceOptions(
        int workers, Transport transport, Tcp tcp, Sum sum, List<Long> bytes, double seconds, boolean json) {
    /** How ranks are connected. */
    public enum Transport {
        /** Processes that share memory. */
        SHM,
        /** Processes over TCP. */
        TCP,
        /** Processes over Aeron. */
        AERON,
        /** Threads of one process. */
        INPROCESS
    }

    /**
     * What ranks compute.
     *
     * @param algorithm how they go about it
     * @param dtype the elements
     * @param op how elements are combined; a mean is of floats
     */
    public record Sum(Algorithm algorithm, DType dtype, ReduceOp op) {}

    /**
     * How ranks are connected over TCP.
     *
     * @param sockets connections a pair
     * @param tls what they are encrypted with
     */
    public record Tcp(int sockets, TlsFiles tls) {}

    /** Copies the list. */
    public AllReduceOptions {
        bytes = List.copyOf(bytes);
    }
}
