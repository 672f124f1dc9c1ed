package dev.lockstep.collectives.parallel;

import dev.lockstep.collectives.LinkTimes;
import dev.lockstep.layout.VirtualRanks;
import dev.lockstep.train.StepScalars;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Writes step headers as bytes and reads them back. Counts are checked against the bytes at hand before anything is
 * allocated.
 */
final class StepHeaderCodec {
    private StepHeaderCodec() {}

    /** {@return the header's bytes in native memory} */
    static MemorySegment encode(StepHeader header, Arena arena) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeLong(header.sequence());
            out.writeLong(header.held());
            write(header.nodes(), out);
            write(header.inputs(), out);
            write(header.seen(), out);
        } catch (IOException impossible) {
            throw new AssertionError("an array takes all bytes", impossible);
        }
        MemorySegment memory = arena.allocate(bytes.size(), Long.BYTES);
        MemorySegment.copy(bytes.toByteArray(), 0, memory, ValueLayout.JAVA_BYTE, 0, bytes.size());
        return memory;
    }

    private static void write(LinkTimes seen, DataOutputStream out) throws IOException {
        out.writeDouble(seen.smallSeconds());
        out.writeDouble(seen.toAllSeconds());
        out.writeDouble(seen.largeSeconds());
    }

    private static void write(List<StepHeader.Node> nodes, DataOutputStream out) throws IOException {
        out.writeInt(nodes.size());
        for (StepHeader.Node node : nodes) {
            write(node, out);
        }
    }

    private static void write(StepHeader.Node node, DataOutputStream out) throws IOException {
        out.writeInt(node.range().from());
        out.writeInt(node.range().to());
        writeBytes(node.present().toByteArray(), out);
        out.writeBoolean(node.scalars().isPresent());
        if (node.scalars().isPresent()) {
            Map<String, Double> values = node.scalars().get().values();
            out.writeInt(values.size());
            for (Map.Entry<String, Double> entry : values.entrySet()) {
                out.writeUTF(entry.getKey());
                out.writeDouble(entry.getValue());
            }
        }
        out.writeInt(node.carried().size());
        for (Map.Entry<Integer, byte[]> entry : new TreeMap<>(node.carried()).entrySet()) {
            out.writeInt(entry.getKey());
            writeBytes(entry.getValue(), out);
        }
    }

    private static void writeBytes(byte[] bytes, DataOutputStream out) throws IOException {
        out.writeInt(bytes.length);
        out.write(bytes);
    }

    /**
     * {@return the header that {@code rank} sent}
     *
     * @throws IllegalStateException if the bytes are no header
     */
    static StepHeader decode(MemorySegment memory, int rank) {
        byte[] bytes = memory.toArray(ValueLayout.JAVA_BYTE);
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
            long sequence = in.readLong();
            long held = in.readLong();
            return new StepHeader(sequence, held, nodes(in), nodes(in), times(in));
        } catch (IOException | IllegalArgumentException broken) {
            throw new IllegalStateException(
                    "rank " + rank + " sent a step header of " + bytes.length + " bytes that cannot be read", broken);
        }
    }

    private static LinkTimes times(DataInputStream in) throws IOException {
        return new LinkTimes(in.readDouble(), in.readDouble(), in.readDouble());
    }

    private static List<StepHeader.Node> nodes(DataInputStream in) throws IOException {
        int count = count(in);
        List<StepHeader.Node> nodes = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            nodes.add(node(in));
        }
        return nodes;
    }

    private static StepHeader.Node node(DataInputStream in) throws IOException {
        VirtualRanks range = new VirtualRanks(in.readInt(), in.readInt());
        BitSet present = BitSet.valueOf(in.readNBytes(count(in)));
        Optional<StepScalars> scalars = in.readBoolean() ? Optional.of(scalars(in)) : Optional.empty();
        Map<Integer, byte[]> carried = new TreeMap<>();
        int count = count(in);
        for (int i = 0; i < count; i++) {
            carried.put(in.readInt(), in.readNBytes(count(in)));
        }
        return new StepHeader.Node(range, present, scalars, carried);
    }

    private static StepScalars scalars(DataInputStream in) throws IOException {
        Map<String, Double> values = new TreeMap<>();
        int count = count(in);
        for (int i = 0; i < count; i++) {
            values.put(in.readUTF(), in.readDouble());
        }
        return StepScalars.of(values);
    }

    private static int count(DataInputStream in) throws IOException {
        int count = in.readInt();
        if (count < 0 || count > in.available()) {
            throw new IOException("a count of " + count + " with " + in.available() + " bytes left");
        }
        return count;
    }
}
