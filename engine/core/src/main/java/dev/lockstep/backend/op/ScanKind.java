package dev.lockstep.backend.op;

/** What a scan runs with. */
public enum ScanKind {
    SUM,
    PROD
}
