package dev.lockstep.cluster;

import java.util.HashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/** Keeps generations in memory: the register of a run on one machine. Thread-safe; lives as long as its process. */
public final class InMemoryRegister implements GenerationRegister {

    private final Map<String, Integer> attempts = new HashMap<>();
    private final Map<AttemptId, NavigableMap<Long, Generation>> generations = new HashMap<>();

    @Override
    public synchronized AttemptId newAttempt(String runId) {
        return new AttemptId(runId, attempts.merge(runId, 1, Integer::sum));
    }

    @Override
    public synchronized CreateResult createIfAbsent(Generation generation) {
        Generation existing = generations
                .computeIfAbsent(generation.attempt(), attempt -> new TreeMap<>())
                .putIfAbsent(generation.number(), generation);
        return existing == null || existing.equals(generation)
                ? new CreateResult.Created(generation)
                : new CreateResult.Refused(existing);
    }

    @Override
    public synchronized Optional<Generation> read(AttemptId attempt, long number) {
        return Optional.ofNullable(of(attempt).get(number));
    }

    @Override
    public synchronized Optional<Generation> latest(AttemptId attempt) {
        return Optional.ofNullable(of(attempt).lastEntry()).map(Map.Entry::getValue);
    }

    private NavigableMap<Long, Generation> of(AttemptId attempt) {
        return generations.getOrDefault(attempt, new TreeMap<>());
    }
}
