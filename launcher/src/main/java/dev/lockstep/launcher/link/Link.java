package dev.lockstep.launcher.link;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;

/**
 * One end of a link that sends {@code S} and receives {@code R}. Sending only queues: a thread of the link encodes and
 * writes, many messages in one go. One thread receives. A full queue blocks the sender: progress is never dropped.
 */
public final class Link<S, R> implements AutoCloseable {
    private static final int QUEUE_MESSAGES_MAX = 4096;

    private final SocketChannel channel;
    private final MessageCodec<S> encoder;
    private final MessageCodec<R> decoder;
    private final InputStream in;
    private final BlockingQueue<Outgoing<S>> queue = new ArrayBlockingQueue<>(QUEUE_MESSAGES_MAX);
    private final Thread sender;

    private sealed interface Outgoing<S> {
        record Message<S>(S message) implements Outgoing<S> {}

        record End<S>() implements Outgoing<S> {}
    }

    /** Takes over a connected channel and starts its sending thread, a daemon of the given name. */
    public Link(SocketChannel channel, MessageCodec<S> encoder, MessageCodec<R> decoder, String name) {
        this.channel = channel;
        this.encoder = encoder;
        this.decoder = decoder;
        this.in = new BufferedInputStream(Channels.newInputStream(channel), 1 << 14);
        this.sender = Thread.ofPlatform().daemon().name(name).start(this::sendLoop);
    }

    /** Queues a message. After the peer is gone messages are dropped: the reader learns of the death. */
    public void send(S message) {
        put(new Outgoing.Message<>(message));
    }

    /**
     * Waits for the next message.
     *
     * @return the message, or empty at the end of the stream
     * @throws LinkException if something else than a message comes
     */
    public Optional<R> receive() {
        ByteArrayOutputStream line = new ByteArrayOutputStream(256);
        try {
            for (int next = in.read(); next != '\n'; next = in.read()) {
                if (next < 0) {
                    return Optional.empty();
                }
                if (line.size() >= MessageCodec.LINE_BYTES_MAX) {
                    throw new LinkException(
                            "link: a line is longer than " + MessageCodec.LINE_BYTES_MAX + " bytes", null);
                }
                line.write(next);
            }
        } catch (IOException e) {
            return Optional.empty(); // A broken link is a death, as the end of the stream is.
        }
        return Optional.of(decoder.decode(line.toString(StandardCharsets.UTF_8)));
    }

    /** Sends what is queued, waiting at most the given time, and closes. */
    public void finish(long waitMillis) {
        put(new Outgoing.End<>());
        try {
            sender.join(waitMillis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        close();
    }

    @Override
    public void close() {
        sender.interrupt();
        try {
            channel.close();
        } catch (IOException e) {
            throw new LinkException("link: cannot close: " + e.getMessage(), e);
        }
    }

    private void put(Outgoing<S> item) {
        try {
            while (sender.isAlive() && !queue.offer(item, 100, java.util.concurrent.TimeUnit.MILLISECONDS)) {
                Thread.onSpinWait();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void sendLoop() {
        try {
            List<Outgoing<S>> batch = new ArrayList<>();
            boolean open = true;
            while (open) {
                batch.add(queue.take());
                queue.drainTo(batch);
                open = write(batch);
                batch.clear();
            }
        } catch (InterruptedException | IOException e) {
            // The link was closed, or the peer is gone: whoever receives sees the end of the stream and acts on it.
            Thread.currentThread().interrupt();
        }
    }

    private boolean write(List<Outgoing<S>> batch) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        boolean open = true;
        for (Outgoing<S> item : batch) {
            switch (item) {
                case Outgoing.Message<S>(S message) -> bytes.write(encoder.encode(message));
                case Outgoing.End<S>() -> open = false;
            }
        }
        ByteBuffer buffer = ByteBuffer.wrap(bytes.toByteArray());
        while (buffer.hasRemaining()) {
            channel.write(buffer);
        }
        return open;
    }
}
