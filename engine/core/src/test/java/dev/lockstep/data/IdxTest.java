package dev.lockstep.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lockstep.layout.DType;
import dev.lockstep.layout.Shape;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IdxTest {
    /** u8 [2, 3]: 1 2 3 / 4 5 255. */
    private static final String SMALL = "00000802 00000002 00000003 010203 0405ff";

    @TempDir
    Path folder;

    @Test
    void readsBytesWithTheirShape() throws IOException {
        Idx idx = Idx.read(file(SMALL));
        assertEquals(Shape.of(2, 3), idx.shape());
        assertEquals(DType.U8, idx.dtype());
        assertArrayEquals(new long[] {1, 2, 3, 4, 5, 255}, idx.toLongs());
    }

    @Test
    void readsGzippedFiles() throws IOException {
        Path packed = Files.write(folder.resolve("small.gz"), gzip(bytes(SMALL)));
        assertArrayEquals(new long[] {1, 2, 3, 4, 5, 255}, Idx.read(packed).toLongs());
    }

    @Test
    void turnsBigEndianNumbersRound() throws IOException {
        assertArrayEquals(
                new long[] {1, -2},
                Idx.read(file("00000c01 00000002 00000001 fffffffe")).toLongs());
        assertArrayEquals(
                new long[] {258}, Idx.read(file("00000b01 00000001 0102")).toLongs());
        assertEquals(1.5f, Idx.read(file("00000d01 00000001 3fc00000")).values().getFloat(0));
    }

    @Test
    void readsAnEmptyArray() throws IOException {
        assertEquals(
                Shape.of(0, 3), Idx.read(file("00000802 00000000 00000003")).shape());
    }

    @Test
    void namesAMissingFile() {
        rejects(folder.resolve("absent"), "absent: no such file");
    }

    @Test
    void rejectsAWrongMagic() throws IOException {
        rejects(file("89504e47 0d0a1a0a"), "offset 0: expected magic 00 00, found 89 50");
        rejects(file("00000702 00000002 00000003"), "offset 2: expected a type 08, 09, 0b, 0c, 0d or 0e, found 07");
        rejects(file("00000800"), "offset 3: expected 1 to 8 axes, found 0");
        rejects(file("000008ff"), "offset 3: expected 1 to 8 axes, found 255");
    }

    @Test
    void rejectsATruncatedFile() throws IOException {
        rejects(file(""), "offset 0: expected 4 more bytes, found the end");
        rejects(file("00000802 000000"), "offset 7: expected 5 more bytes, found the end");
        rejects(file("00000802 00000002 00000003 0102030405"), "expected 6 bytes for U8[2, 3]", "at most 5");
    }

    @Test
    void rejectsATruncatedGzipFile() throws IOException {
        byte[] packed = gzip(bytes(SMALL));
        Path cut = Files.write(folder.resolve("cut.gz"), Arrays.copyOf(packed, packed.length - 10));
        rejects(cut, "cut.gz: ");
    }

    @Test
    void rejectsBytesAfterTheEnd() throws IOException {
        rejects(file(SMALL + "00"), "offset 18: expected the end, found more bytes");
    }

    @Test
    void rejectsSizesThatTheFileCannotHoldBeforeTakingMemory() throws IOException {
        rejects(file("00000801 7fffffe0"), "expected 2147483616 bytes", "at most 0");
        rejects(file("00000801 ffffffff"), "more than 2 GiB");
        rejects(file("00000804 ffffffff ffffffff ffffffff ffffffff"), "more than 64 bits");
        Path bomb = Files.write(folder.resolve("bomb.gz"), gzip(bytes("00000801 7fffffe0")));
        rejects(bomb, "expected 2147483616 bytes");
    }

    @Test
    void rejectsFloatsWhereIntegersAreExpected() throws IOException {
        Idx floats = Idx.read(file("00000d01 00000001 3fc00000"));
        assertThrows(DataException.class, floats::toLongs);
        assertThrows(DataException.class, () -> floats.withRank(3));
    }

    @Test
    void anyDamageIsADataException() throws IOException {
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(7);
        for (int round = 0; round < 500; round++) {
            byte[] damaged = bytes(SMALL);
            damaged[random.nextInt(12)] = (byte) random.nextInt();
            Path path = Files.write(folder.resolve("damaged"), damaged);
            try {
                assertTrue(Idx.read(path).shape().elements() <= damaged.length);
            } catch (DataException expected) {
                assertEquals(path, expected.file());
            }
        }
    }

    @Test
    void anyDamageOfAGzipFileIsADataException() throws IOException {
        byte[] whole = gzip(bytes(SMALL));
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(8);
        int refused = 0;
        for (int round = 0; round < 500; round++) {
            byte[] damaged = whole.clone();
            damaged[random.nextInt(whole.length)] = (byte) random.nextInt();
            Path path = Files.write(folder.resolve("damaged.gz"), damaged);
            try {
                assertTrue(Idx.read(path).shape().elements() <= bytes(SMALL).length);
            } catch (DataException expected) {
                assertEquals(path, expected.file());
                refused++;
            }
        }
        assertTrue(refused > 200, "only " + refused + " refused");
    }

    @Test
    void namesTheLabelThatIsOutOfRange() {
        Path path = Path.of("labels");
        DataException error = assertThrows(DataException.class, () -> Labels.check(new long[] {0, 9, 12}, 10, path));
        assertEquals("labels: label 12 outside 0..9 in sample 2", error.getMessage());
        assertThrows(DataException.class, () -> Labels.check(new long[] {-1}, 10, path));
        assertArrayEquals(new long[] {0, 9}, Labels.check(new long[] {0, 9}, 10, path));
    }

    private static void rejects(Path file, String... parts) {
        DataException error = assertThrows(DataException.class, () -> Idx.read(file));
        for (String part : parts) {
            assertTrue(String.valueOf(error.getMessage()).contains(part), error.getMessage());
        }
    }

    private Path file(String hex) throws IOException {
        return Files.write(folder.resolve("file"), bytes(hex));
    }

    private static byte[] bytes(String hex) {
        return HexFormat.of().parseHex(hex.replace(" ", ""));
    }

    private static byte[] gzip(byte[] bytes) throws IOException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(packed)) {
            out.write(bytes);
        }
        return packed.toByteArray();
    }
}
