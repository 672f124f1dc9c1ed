package dev.lockstep.launcher.bench.allreduce;

import java.util.List;

/**
 * What is to be measured.
 *
 * @param workers the number of ranks
 * @param transport how they are connected
 * @param algorithm how they reduce
 * @param bytes the sizes, one measurement each
 * @param seconds how long each size is measured
 * @param json whether results are JSON lines instead of a table
 */
public record AllReduceOptions(
        int workers, Transport transport, Algorithm algorithm, List<Long> bytes, double seconds, boolean json) {
    /** How ranks are connected. */
    public enum Transport {
        /** Processes that share memory. */
        SHM,
        /** Processes over TCP. */
        TCP,
        /** Threads of one process. */
        INPROCESS
    }

    /** How ranks reduce. */
    public enum Algorithm {
        /** The canonical tree, the same bits for any number of ranks. */
        TREE
    }

    /** Copies the list. */
    public AllReduceOptions {
        bytes = List.copyOf(bytes);
    }
}
