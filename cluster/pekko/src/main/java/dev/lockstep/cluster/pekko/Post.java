package dev.lockstep.cluster.pekko;

import org.apache.pekko.actor.typed.ActorRef;

/**
 * How messages between agents and coordinators leave a node: Pekko loses some when a connection breaks. Thread-safe.
 */
class Post {

    /** Sends a message, without a promise that it comes. */
    <M> void send(ActorRef<M> to, M message) {
        to.tell(message);
    }
}
