package dev.lockstep.collectives.transport;

/**
 * What a message carries besides its bytes.
 *
 * @param tag which message it is
 * @param signature the call it belongs to
 */
public record Envelope(Tag tag, Signature signature) {}
