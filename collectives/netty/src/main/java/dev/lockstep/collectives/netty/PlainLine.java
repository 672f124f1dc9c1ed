package dev.lockstep.collectives.netty;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;

/** A socket as it is. */
record PlainLine(SocketChannel socket) implements Line {
    @Override
    public boolean isPending() {
        return false;
    }

    @Override
    public boolean flush() {
        return false;
    }

    @Override
    public int read(ByteBuffer target) throws IOException {
        return socket.read(target);
    }

    @Override
    public long read(ByteBuffer[] targets) throws IOException {
        return socket.read(targets);
    }

    @Override
    public long read(ByteBuffer[] targets, int first, int count) throws IOException {
        return socket.read(targets, first, count);
    }

    @Override
    public int write(ByteBuffer source) throws IOException {
        return socket.write(source);
    }

    @Override
    public long write(ByteBuffer[] sources) throws IOException {
        return socket.write(sources);
    }

    @Override
    public long write(ByteBuffer[] sources, int first, int count) throws IOException {
        return socket.write(sources, first, count);
    }

    @Override
    public boolean isOpen() {
        return socket.isOpen();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
