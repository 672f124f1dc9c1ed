package dev.lockstep.cluster.pekko;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.pekko.actor.typed.ActorRef;

/** Loses the first of any two messages of a kind to the same actor. */
final class LossyPost extends Post {

    private record Way(Class<?> kind, ActorRef<?> to) {}

    private final Map<Way, Integer> sent = new ConcurrentHashMap<>();

    @Override
    <M> void send(ActorRef<M> to, M message) {
        int count = sent.merge(new Way(message.getClass(), to), 1, Integer::sum);
        if (count % 2 == 0) {
            super.send(to, message);
        }
    }
}
