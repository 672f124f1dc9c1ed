package dev.lockstep.tensorboard;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lockstep.tensor.Tensors;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SummaryWriterTest {
    private static final InstantSource CLOCK = InstantSource.fixed(Instant.ofEpochMilli(1500));

    @TempDir
    Path folder;

    /** The bytes of the two records were made apart from this code, with a bitwise CRC-32C. */
    @Test
    void aScalarIsByteForByteTheFormat() throws IOException {
        byte[] bytes;
        try (SummaryWriter board = SummaryWriter.open(folder, CLOCK)) {
            assertEquals(
                    "events.out.tfevents.1.lockstep.0",
                    board.file().getFileName().toString());
            board.addScalar("loss", 0.25, 300);
            bytes = Files.readAllBytes(board.file());
        }
        String version = "1800000000000000a37f4b2209000000000000f83f1a0d627261696e2e4576656e743a322a28646c";
        String scalar = "1b000000000000001a0d9e1309000000000000f83f10ac022a0d0a0b0a046c6f7373150000803e9908deed";
        assertEquals(version + scalar, HexFormat.of().formatHex(bytes));
    }

    @Test
    void everyWriterHasAFileOfItsOwn() {
        try (SummaryWriter one = SummaryWriter.open(folder, CLOCK);
                SummaryWriter two = SummaryWriter.open(folder, CLOCK)) {
            assertNotEquals(one.file(), two.file());
        }
    }

    @Test
    void aHistogramCountsEveryElementOnce() throws IOException {
        Map<Integer, byte[]> value =
                fields(written(board -> board.addHistogram("weights", Tensors.tensor(-1.0, 0.0, 0.0, 2.0, 1e30), 1)));
        assertEquals("weights", new String(value.get(1), StandardCharsets.UTF_8));
        Map<Integer, byte[]> histogram = fields(value.get(5));
        assertEquals(-1, real(histogram.get(1)));
        assertEquals(5, real(histogram.get(3)));
        double[] limits = reals(histogram.get(6));
        double[] counts = reals(histogram.get(7));
        assertEquals(limits.length, counts.length);
        assertEquals(5, Arrays.stream(counts).sum());
        for (double element : new double[] {-1, 0, 2}) {
            int bucket = 0;
            while (limits[bucket] <= element) {
                bucket++;
            }
            assertEquals(element == 0 ? 2 : 1, counts[bucket]);
            assertTrue(element == 0 || limits[bucket] <= element + Math.abs(element) * 0.1 + 1e-9);
        }
    }

    @Test
    void refusesAHistogramOfWhatIsNotFinite() {
        try (SummaryWriter board = SummaryWriter.open(folder, CLOCK)) {
            var error = assertThrows(
                    IllegalArgumentException.class, () -> board.addHistogram("w", Tensors.tensor(1.0, Double.NaN), 1));
            assertTrue(error.getMessage().contains("1 of 2 elements are not finite"));
        }
    }

    @Test
    void anImageIsAPng() throws IOException {
        Map<Integer, byte[]> value = fields(written(board ->
                board.addImage("digit", Tensors.of(new float[] {0, 1, 0.5f, 2, -1, 0, 1, 1, 0, 0, 0, 1}, 3, 2, 2), 1)));
        var picture = ImageIO.read(new ByteArrayInputStream(fields(value.get(4)).get(4)));
        assertArrayEquals(
                new int[] {0xff000000, 0xffff0000, 0xff80ff00, 0xffffffff}, picture.getRGB(0, 0, 2, 2, null, 0, 2));
        try (SummaryWriter board = SummaryWriter.open(folder, CLOCK)) {
            assertThrows(IllegalArgumentException.class, () -> board.addImage("x", Tensors.zeros(2, 4, 4), 1));
        }
    }

    @Test
    void aTextNamesItsPlugin() throws IOException {
        Map<Integer, byte[]> value = fields(written(board -> board.addText("note", "*hi*", 2)));
        assertEquals("note/text_summary", new String(value.get(1), StandardCharsets.UTF_8));
        assertEquals("*hi*", new String(fields(value.get(8)).get(8), StandardCharsets.UTF_8));
        assertEquals("text", new String(fields(fields(value.get(9)).get(1)).get(1), StandardCharsets.UTF_8));
    }

    /** The bytes were made apart from this code, from the .proto files of TensorBoard. */
    @Test
    void hyperParametersAreARowOfTheTable() throws IOException {
        byte[] bytes;
        try (SummaryWriter board = SummaryWriter.open(folder, CLOCK)) {
            board.addHparams(Map.of("lr", 0.5, "bn", true, "net", "cnn"), Map.of("acc", 0.75));
            bytes = Files.readAllBytes(board.file());
        }
        assertEquals(5, records(bytes).size());
        assertEquals(
                "122222060a02626e200222060a026c72200322070a036e657420012a070a051203616363",
                HexFormat.of().formatHex(content(bytes, 1, "_hparams_/experiment")));
        assertEquals(
                "1a290a080a02626e120220010a0f0a026c72120911000000000000e03f0a0c0a036e657412051a03636e6e",
                HexFormat.of().formatHex(content(bytes, 2, "_hparams_/session_start_info")));
        assertEquals("22020801", HexFormat.of().formatHex(content(bytes, 3, "_hparams_/session_end_info")));
        Map<Integer, byte[]> scalar =
                fields(fields(fields(records(bytes).get(4)).get(5)).get(1));
        assertEquals("acc", new String(scalar.get(1), StandardCharsets.UTF_8));
    }

    @Test
    void refusesAHyperParameterThatIsNoValue() {
        try (SummaryWriter board = SummaryWriter.open(folder, CLOCK)) {
            var error = assertThrows(
                    IllegalArgumentException.class, () -> board.addHparams(Map.of("sizes", List.of(1)), Map.of()));
            assertTrue(error.getMessage().contains("sizes: expected a number, a flag or a string"));
        }
    }

    /** {@return the plugin's content in a record, whose tag is checked} */
    private static byte[] content(byte[] bytes, int record, String tag) {
        Map<Integer, byte[]> value =
                fields(fields(fields(records(bytes).get(record)).get(5)).get(1));
        assertEquals(tag, new String(value.get(1), StandardCharsets.UTF_8));
        Map<Integer, byte[]> plugin = fields(fields(value.get(9)).get(1));
        assertEquals("hparams", new String(plugin.get(1), StandardCharsets.UTF_8));
        return plugin.get(2);
    }

    private interface Writing {
        void to(SummaryWriter board);
    }

    /** {@return the Summary.Value of the record after the first} */
    private byte[] written(Writing writing) throws IOException {
        byte[] bytes;
        try (SummaryWriter board = SummaryWriter.open(folder, CLOCK)) {
            writing.to(board);
            bytes = Files.readAllBytes(board.file());
        }
        byte[] event = records(bytes).get(1);
        return fields(fields(event).get(5)).get(1);
    }

    private static List<byte[]> records(byte[] bytes) {
        List<byte[]> records = new ArrayList<>();
        ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        while (in.hasRemaining()) {
            byte[] record = new byte[(int) in.getLong()];
            in.getInt();
            in.get(record).getInt();
            records.add(record);
        }
        return records;
    }

    /** Reads protobuf's wire format: the last value of each field. */
    private static Map<Integer, byte[]> fields(byte[] message) {
        Map<Integer, byte[]> fields = new LinkedHashMap<>();
        ByteBuffer in = ByteBuffer.wrap(message);
        while (in.hasRemaining()) {
            long head = varint(in);
            int start = in.position();
            int size = switch ((int) head & 7) {
                case 0 -> {
                    varint(in);
                    yield in.position() - start;
                }
                case 1 -> 8;
                case 5 -> 4;
                default -> (int) varint(in);
            };
            start = ((int) head & 7) == 0 ? start : in.position();
            fields.put((int) (head >>> 3), Arrays.copyOfRange(message, start, start + size));
            in.position(start + size);
        }
        return fields;
    }

    private static long varint(ByteBuffer in) {
        long value = 0;
        for (int shift = 0; ; shift += 7) {
            byte next = in.get();
            value |= (next & 0x7fL) << shift;
            if (next >= 0) {
                return value;
            }
        }
    }

    private static double real(byte[] bytes) {
        return reals(bytes)[0];
    }

    private static double[] reals(byte[] bytes) {
        double[] values = new double[bytes.length / 8];
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asDoubleBuffer().get(values);
        return values;
    }
}
