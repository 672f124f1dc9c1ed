package dev.lockstep.collectives.testkit;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lockstep.collectives.GroupOptions;
import dev.lockstep.collectives.ProcessGroup;
import dev.lockstep.collectives.Work;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;

/** Opens and closes the groups of a contract's tests. */
public abstract class GroupContract {
    /** How long any wait of a test may last. */
    protected static final Duration BOUND = Duration.ofSeconds(20);

    private final List<ProcessGroup> opened = new ArrayList<>();

    /** {@return the connected groups of {@code size} ranks, by rank; the contract closes them} */
    protected abstract List<ProcessGroup> connect(int size, GroupOptions options);

    /** {@return groups with a timeout of 20 s} */
    protected final List<ProcessGroup> groups(int size) {
        return groups(size, GroupOptions.defaults().withTimeout(BOUND));
    }

    /** {@return groups that are closed after the test} */
    protected final List<ProcessGroup> groups(int size, GroupOptions options) {
        List<ProcessGroup> groups = connect(size, options);
        opened.addAll(groups);
        return groups;
    }

    /** Closes whatever the test has opened. */
    @AfterEach
    protected final void closeGroups() {
        opened.forEach(ProcessGroup::close);
    }

    /** Waits until the work has ended well. */
    protected static void done(Work work) {
        work.await(BOUND);
        assertTrue(work.isDone());
        assertTrue(work.error().isEmpty());
    }
}
