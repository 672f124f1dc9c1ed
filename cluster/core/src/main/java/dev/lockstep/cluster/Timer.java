package dev.lockstep.cluster;

/** The waits of the coordinator that have a bound. */
public enum Timer {
    /** For the first generation. */
    RENDEZVOUS,
    /** For the register's answer to a proposal. */
    REGISTER,
    /** For an agent's word on a worker that its peers cannot reach. */
    SUSPICION
}
