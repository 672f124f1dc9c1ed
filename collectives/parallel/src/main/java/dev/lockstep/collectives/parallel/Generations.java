package dev.lockstep.collectives.parallel;

import dev.lockstep.collectives.CollectiveException;
import dev.lockstep.collectives.GroupAbortedException;
import dev.lockstep.collectives.MismatchException;
import dev.lockstep.collectives.parallel.Formation.Complete;
import dev.lockstep.collectives.parallel.Formation.Formed;

/**
 * The generations that a worker goes through, each with a group of its own: a group is given up before the next one is
 * waited for, and a newer generation ends the waits in an older one. Confined to the trainer's thread.
 */
final class Generations implements AutoCloseable {
    private final GroupSource source;
    private Formed formed;

    /** Waits for the first generation. */
    Generations(GroupSource source) {
        this.source = source;
        this.formed = formed(source.await(0));
        watch();
    }

    /** {@return the generation in force} */
    Formed formed() {
        return formed;
    }

    /** Lets a newer generation end this one's waits at once. */
    private void watch() {
        Formed watched = formed;
        source.onSuperseded(
                watched.generation(),
                () -> watched.group()
                        .abort(new GroupAbortedException("generation " + watched.generation() + " is superseded")));
    }

    /** Gives the group up and waits for the next generation. */
    void replace(CollectiveException failure, long sequence) {
        giveUp(failure, sequence);
        enter(formed(source.await(formed.generation())));
    }

    private void enter(Formed next) {
        formed = next;
        watch();
    }

    private static Formed formed(Formation formation) {
        return switch (formation) {
            case Formed formed -> formed;
            case Complete(long generation) ->
                throw new IllegalStateException(
                        "the job was completed by generation " + generation + " before this worker's last step");
        };
    }

    /**
     * Gives the group up after a failure, of which the agent hears.
     *
     * @throws MismatchException if that is the failure: another group would come to the same
     */
    void giveUp(CollectiveException failure, long sequence) {
        if (!(failure instanceof GroupAbortedException)) {
            source.report(failure, formed.generation(), sequence);
        }
        if (!formed.group().abort(failure)) {
            throw new IllegalStateException(
                    "the group of generation " + formed.generation() + " does not come to rest; giving the process up",
                    failure);
        }
        if (failure instanceof MismatchException) {
            throw failure;
        }
    }

    /** {@return whether another generation came into force; else the job is complete} For a worker that is done. */
    boolean awaitNext() {
        return switch (source.await(formed.generation())) {
            case Complete _ -> false;
            case Formed next -> {
                enter(next);
                yield true;
            }
        };
    }

    /** Closes the group; the source stays open. */
    @Override
    public void close() {
        formed.group().close();
    }
}
