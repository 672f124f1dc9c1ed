package dev.lockstep.data;

/**
 * Where a loop over a loader is: the batch that comes next. Saved with a checkpoint, it lets a run go on where it
 * stopped, whatever the number of worker threads then and now.
 *
 * @param epoch the pass, from 0
 * @param batch the batch of that pass, from 0
 */
public record Cursor(long epoch, int batch) {
    /** The first batch of the first pass. */
    public static final Cursor START = new Cursor(0, 0);

    /** Checks the numbers. */
    public Cursor {
        if (epoch < 0 || batch < 0) {
            throw new IllegalArgumentException("cursor: epoch " + epoch + " or batch " + batch + " is negative");
        }
    }

    /** {@return where a loop that began here is after some batches; -1 for all of them} */
    Cursor after(int taken) {
        return taken < 0 ? new Cursor(epoch + 1, 0) : new Cursor(epoch, batch + taken);
    }
}
