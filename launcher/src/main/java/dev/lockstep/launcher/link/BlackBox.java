package dev.lockstep.launcher.link;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Where a worker is in its work, in a few mapped bytes that outlive it: a message a step would cost more than the step
 * of a small model. The worker writes, the agent reads after the worker's death.
 */
public final class BlackBox {
    private static final int SIZE_BYTES = 64;
    private static final int STEP = 0;
    private static final int FROM = 8;
    private static final int TO = 12;
    private static final int PHASE = 16;

    private final MappedByteBuffer bytes;

    private BlackBox(MappedByteBuffer bytes) {
        this.bytes = bytes;
    }

    /** What a worker does. */
    public enum Phase {
        START("start-up"),
        COMPUTE("forward and backward"),
        REDUCE("all_reduce"),
        END("end");

        private final String text;

        Phase(String text) {
            this.text = text;
        }

        /** {@return the phase in words} */
        public String text() {
            return text;
        }
    }

    /**
     * A place in the work.
     *
     * @param step the training step, from 0, -1 before the first
     * @param virtualRanks the virtual ranks in hand
     * @param phase what is done with them
     */
    public record Entry(long step, List<Integer> virtualRanks, Phase phase) {
        /** Nothing is known. */
        public static final Entry NONE = new Entry(-1, List.of(), Phase.START);
    }

    /** Opens a worker's box for writing, making the file if need be. */
    public static BlackBox open(Path file) throws IOException {
        try (FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            BlackBox box = new BlackBox(channel.map(FileChannel.MapMode.READ_WRITE, 0, SIZE_BYTES));
            box.write(-1, 0, 0, Phase.START);
            return box;
        }
    }

    /** Notes where the worker is. */
    public void write(long step, int from, int to, Phase phase) {
        bytes.putLong(STEP, step);
        bytes.putInt(FROM, from);
        bytes.putInt(TO, to);
        bytes.putInt(PHASE, Arrays.asList(Phase.values()).indexOf(phase));
    }

    /** {@return what was written last} */
    public Entry read() {
        return entry(bytes);
    }

    /** {@return what a worker noted last, or {@link Entry#NONE} if it noted nothing} */
    public static Entry read(Path file) {
        try {
            byte[] all = Files.readAllBytes(file);
            if (all.length < SIZE_BYTES) {
                return Entry.NONE;
            }
            return entry(ByteBuffer.wrap(all));
        } catch (IOException e) {
            return Entry.NONE; // It died before it had a box.
        }
    }

    private static Entry entry(ByteBuffer bytes) {
        int phase = Math.clamp(bytes.getInt(PHASE), 0, Phase.values().length - 1);
        List<Integer> ranks =
                IntStream.range(bytes.getInt(FROM), bytes.getInt(TO)).boxed().toList();
        return new Entry(bytes.getLong(STEP), ranks, Phase.values()[phase]);
    }
}
