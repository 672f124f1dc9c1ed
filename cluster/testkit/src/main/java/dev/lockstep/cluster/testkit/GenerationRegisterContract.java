package dev.lockstep.cluster.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.lockstep.cluster.AttemptId;
import dev.lockstep.cluster.CreateResult;
import dev.lockstep.cluster.Generation;
import dev.lockstep.cluster.GenerationRegister;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** What every generation register must do. Extend it beside the register and hand out handles on one storage. */
public abstract class GenerationRegisterContract {

    private static final int WRITERS = 4;
    private static final int ROUNDS = 25;
    private static final AttemptId ATTEMPT = new AttemptId(Samples.runId(7), 1);

    /**
     * Opens the register.
     *
     * @return a handle; all handles of one test see the same storage
     */
    protected abstract GenerationRegister open();

    @Test
    final void holdsNothingAtFirst() {
        assertEquals(Optional.empty(), open().read(ATTEMPT, 1));
        assertEquals(Optional.empty(), open().latest(ATTEMPT));
    }

    @Test
    final void holdsWhatWasWritten() {
        Generation generation = Samples.generation(ATTEMPT, 1, 3, "start");
        assertEquals(new CreateResult.Created(generation), open().createIfAbsent(generation));
        assertEquals(Optional.of(generation), open().read(ATTEMPT, 1));
    }

    @Test
    final void neverOverwrites() {
        Generation first = Samples.generation(ATTEMPT, 1, 3, "first");
        Generation second = Samples.generation(ATTEMPT, 1, 2, "second");
        open().createIfAbsent(first);
        assertEquals(new CreateResult.Refused(first), open().createIfAbsent(second));
        assertEquals(Optional.of(first), open().read(ATTEMPT, 1));
    }

    @Test
    final void saysCreatedAgainToTheSameProposal() {
        Generation generation = Samples.generation(ATTEMPT, 1, 3, "start");
        open().createIfAbsent(generation);
        assertEquals(new CreateResult.Created(generation), open().createIfAbsent(generation));
    }

    @Test
    final void findsTheHighestNumberAsTheLatest() {
        GenerationRegister register = open();
        for (long number = 1; number <= 12; number++) {
            register.createIfAbsent(Samples.generation(ATTEMPT, number, 1, "g"));
        }
        assertEquals(12, open().latest(ATTEMPT).orElseThrow().number());
    }

    @Test
    final void keepsAttemptsApart() {
        GenerationRegister register = open();
        AttemptId next = new AttemptId(ATTEMPT.runId(), 2);
        register.createIfAbsent(Samples.generation(ATTEMPT, 1, 3, "old"));
        assertEquals(Optional.empty(), register.latest(next));
        Generation fresh = Samples.generation(next, 1, 2, "new");
        assertEquals(new CreateResult.Created(fresh), register.createIfAbsent(fresh));
    }

    @Test
    final void countsAttempts() {
        assertEquals(1, open().newAttempt(ATTEMPT.runId()).number());
        assertEquals(2, open().newAttempt(ATTEMPT.runId()).number());
    }

    @Test
    final void givesNoAttemptNumberTwice() throws Exception {
        List<AttemptId> taken = race((register, writer) -> register.newAttempt(ATTEMPT.runId()));
        assertEquals(WRITERS * ROUNDS, new HashSet<>(taken).size());
    }

    @Test
    final void letsExactlyOneOfManyWritersWin() throws Exception {
        for (long number = 1; number <= ROUNDS; number++) {
            long raced = number;
            List<CreateResult> results = once((register, writer) ->
                    register.createIfAbsent(Samples.generation(ATTEMPT, raced, 1 + writer, "writer " + writer)));
            Generation winner = open().read(ATTEMPT, raced).orElseThrow();
            for (int writer = 0; writer < WRITERS; writer++) {
                boolean won = winner.reason().equals("writer " + writer);
                CreateResult expected = won ? new CreateResult.Created(winner) : new CreateResult.Refused(winner);
                assertEquals(expected, results.get(writer));
            }
        }
    }

    private interface Writer<T> {
        T write(GenerationRegister register, int writer);
    }

    private <T> List<T> race(Writer<T> task) throws Exception {
        List<T> results = new ArrayList<>();
        for (int round = 0; round < ROUNDS; round++) {
            results.addAll(once(task));
        }
        return results;
    }

    /** Lets all writers go at once and returns their results by writer. */
    private <T> List<T> once(Writer<T> task) throws InterruptedException, ExecutionException {
        var start = new CyclicBarrier(WRITERS);
        List<Callable<T>> tasks = new ArrayList<>();
        for (int writer = 0; writer < WRITERS; writer++) {
            GenerationRegister register = open();
            int index = writer;
            tasks.add(() -> {
                start.await();
                return task.write(register, index);
            });
        }
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<T> results = new ArrayList<>();
            for (Future<T> future : threads.invokeAll(tasks)) {
                results.add(future.get());
            }
            return results;
        }
    }
}
