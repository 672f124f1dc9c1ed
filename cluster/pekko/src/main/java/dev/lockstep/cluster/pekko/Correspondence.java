package dev.lockstep.cluster.pekko;

import dev.lockstep.cluster.Inbox;
import dev.lockstep.cluster.Outbox;
import org.apache.pekko.actor.typed.ActorRef;

/**
 * What an actor and its peer tell each other, each message once and in order although the network may lose some.
 * Confined to the actor.
 *
 * @param peer the peer
 * @param out what the peer is told, as far as it has not heard it
 * @param in what has come from it
 * @param <P> the messages that the peer takes
 * @param <M> what it is told
 */
record Correspondence<P, M>(ActorRef<P> peer, Outbox<M> out, Inbox in) {

    static <P, M> Correspondence<P, M> with(ActorRef<P> peer) {
        return new Correspondence<>(peer, new Outbox<>(), new Inbox());
    }
}
