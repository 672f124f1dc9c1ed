package dev.lockstep.launcher.link;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;

/** Follows a file that grows and hands on its whole lines. Confined to one thread. */
public final class LogTail {
    private static final int READ_BYTES_MAX = 1 << 20;

    private final Path file;
    private final Consumer<String> lines;
    private long position;

    /** Follows a file, which need not exist yet. */
    public LogTail(Path file, Consumer<String> lines) {
        this.file = file;
        this.lines = lines;
    }

    /** Hands on what has come since the last call; with {@code last} a line without an end too. */
    public void poll(boolean last) {
        try {
            if (!Files.exists(file) || Files.size(file) <= position) {
                return;
            }
            byte[] bytes = read();
            int end = last ? bytes.length : lastLineFeed(bytes) + 1;
            position += end;
            new String(bytes, 0, end, StandardCharsets.UTF_8).lines().forEach(lines);
        } catch (IOException e) {
            lines.accept("(cannot read " + file + ": " + e.getMessage() + ")");
            position = Long.MAX_VALUE;
        }
    }

    private byte[] read() throws IOException {
        try (RandomAccessFile in = new RandomAccessFile(file.toFile(), "r")) {
            in.seek(position);
            byte[] bytes = new byte[(int) Math.min(READ_BYTES_MAX, in.length() - position)];
            in.readFully(bytes);
            return bytes;
        }
    }

    private static int lastLineFeed(byte[] bytes) {
        for (int index = bytes.length - 1; index >= 0; index--) {
            if (bytes[index] == '\n') {
                return index;
            }
        }
        return -1;
    }
}
