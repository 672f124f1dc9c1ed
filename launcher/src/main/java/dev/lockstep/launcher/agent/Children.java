package dev.lockstep.launcher.agent;

import dev.lockstep.cluster.Incident;
import dev.lockstep.launcher.link.AgentMessage;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/** The workers of an agent, by local rank. Confined to the agent's thread. */
final class Children {
    private final Map<String, Child> byWorker = new LinkedHashMap<>();

    void add(Child child) {
        byWorker.put(child.id.value(), child);
    }

    Collection<Child> all() {
        return Collections.unmodifiableCollection(byWorker.values());
    }

    Optional<Child> find(String worker) {
        return Optional.ofNullable(byWorker.get(worker));
    }

    Child get(String worker) {
        return find(worker).orElseThrow(() -> new AssertionError("agent: no child " + worker));
    }

    void say(AgentMessage message) {
        byWorker.values().forEach(child -> child.say(message));
    }

    boolean areAllGone() {
        return byWorker.values().stream().allMatch(child -> child.reaped);
    }

    /** {@return whether all have ended well, of a program that does not train at all} */
    boolean haveAllEndedWithoutTraining() {
        return nobodyTrains() && byWorker.values().stream().allMatch(child -> child.ended);
    }

    boolean nobodyTrains() {
        return byWorker.values().stream().noneMatch(child -> child.joined);
    }

    void killAll() {
        kill(child -> true);
    }

    /** Kills those that are not reaped yet and whose time is over. */
    void killStragglers(long nowNanos) {
        kill(child -> !child.reaped && child.killAtNanos != 0 && nowNanos >= child.killAtNanos);
    }

    private void kill(Predicate<Child> which) {
        byWorker.values().stream().filter(which).forEach(child -> child.process.destroyForcibly());
    }

    /** {@return where to read more of an incident on {@code host}, if it happened to one of these} */
    Optional<RunListener.Detail> detailOf(Incident incident, String host) {
        return byWorker.values().stream()
                .filter(child -> child.pid() == incident.pid() && host.equals(incident.host()))
                .findFirst()
                .map(Child::detail);
    }
}
