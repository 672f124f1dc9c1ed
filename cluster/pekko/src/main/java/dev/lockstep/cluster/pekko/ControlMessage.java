package dev.lockstep.cluster.pekko;

/** Marks what may travel between nodes, as CBOR: the serializer's allow-list. */
interface ControlMessage {}
