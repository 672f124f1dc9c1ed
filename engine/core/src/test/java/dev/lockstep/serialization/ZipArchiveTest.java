package dev.lockstep.serialization;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ZipArchiveTest {
    private static final int CENTRAL = 0x02014b50;

    @TempDir
    Path folder;

    @Test
    void readsWhatTheJdkWrites() throws IOException {
        Path file = Files.write(folder.resolve("a.zip"), zipped("one", "x".repeat(5000), "two", ""));
        FileBytes.read(file, bytes -> {
            ZipArchive zip = ZipArchive.of(bytes);
            assertEquals(List.of("one", "two"), List.copyOf(zip.entries().keySet()));
            assertEquals("x".repeat(5000), text(zip, "one"));
            assertEquals("", text(zip, "two"));
            return zip;
        });
    }

    @Test
    void theJdkReadsWhatIsWrittenHere() throws IOException {
        for (long narrowMax : new long[] {0xfffffffeL, 100, 0}) {
            Path file = folder.resolve("b" + narrowMax + ".zip");
            FileOutput.save(file, out -> {
                ZipWriter zip = new ZipWriter(out, narrowMax);
                zip.add("folder/small", "hello".getBytes(StandardCharsets.UTF_8));
                zip.add("large", new byte[500]);
                zip.finish();
            });
            try (ZipFile zip = new ZipFile(file.toFile())) {
                assertEquals(2, zip.size());
                var small = zip.getInputStream(zip.getEntry("folder/small"));
                assertEquals("hello", new String(small.readAllBytes(), StandardCharsets.UTF_8));
                assertArrayEquals(
                        new byte[500], zip.getInputStream(zip.getEntry("large")).readAllBytes());
            }
            FileBytes.read(file, bytes -> {
                ZipArchive zip = ZipArchive.of(bytes);
                assertEquals("hello", text(zip, "folder/small"));
                zip.entries().values().forEach(entry -> assertEquals(0, entry.dataAt() % 64));
                return zip;
            });
        }
    }

    @Test
    void refusesBombs() throws IOException {
        byte[] bomb = zipped("zeros", "\0".repeat(20_000_000));
        assertTrue(bomb.length < 100_000);
        rejects(bomb, "refused as a zip bomb");
    }

    @Test
    void refusesSizesThatTheDataDoNotHave() throws IOException {
        byte[] file = zipped("one", "x".repeat(5000));
        rejects(patch(file, 24, 4999), "does not unpack to the 4999 bytes");
        rejects(patch(file, 24, 5001), "does not unpack to the 5001 bytes");
    }

    @Test
    void refusesDamagedData() throws IOException {
        byte[] file = stored("one", "hello");
        file[new String(file, StandardCharsets.ISO_8859_1).indexOf("hello")] ^= 1;
        rejects(file, "'one': expected checksum");
    }

    @Test
    void refusesEntriesThatOverlap() throws IOException {
        byte[] file = zipped("a", "first", "b", "second");
        int second = central(file, 1);
        file[second + 46] = 'a';
        ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).putInt(second + 42, 0);
        rejects(file, "overlaps");
    }

    @Test
    void refusesOneNameTwiceAndNamesThatDiffer() throws IOException {
        byte[] file = stored("one", "hello");
        file[central(file, 0) + 46] = 'x';
        rejects(file, "is named 'one' in its own header");
    }

    @Test
    void refusesWhatIsNoZipFile() throws IOException {
        rejects(new byte[0], "no zip file");
        rejects(new byte[1000], "no zip file");
        byte[] file = stored("one", "hello");
        rejects(java.util.Arrays.copyOf(file, file.length - 1), "no zip file");
        rejects(patch(file, 42, 0x7fffffff), "expected 4 bytes");
        rejects(patch(file, 20, 6), "is stored, but takes 6 bytes for 5");
        file[central(file, 0) + 8] |= 1;
        rejects(file, "encrypted");
    }

    private static String text(ZipArchive zip, String name) {
        return new String(zip.contents(zip.entries().get(name)).toArray(ValueLayout.JAVA_BYTE), StandardCharsets.UTF_8);
    }

    private void rejects(byte[] contents, String part) throws IOException {
        Path file = Files.write(folder.resolve("bad.zip"), contents);
        var error = assertThrows(
                CheckpointCorruptException.class,
                () -> FileBytes.read(file, bytes -> {
                    ZipArchive zip = ZipArchive.of(bytes);
                    zip.entries().values().forEach(zip::contents);
                    return zip;
                }));
        assertTrue(error.getMessage().contains(part), error.getMessage());
    }

    /** Overwrites a number of the first entry in the directory. */
    private static byte[] patch(byte[] file, int offset, int number) {
        byte[] patched = file.clone();
        ByteBuffer.wrap(patched).order(ByteOrder.LITTLE_ENDIAN).putInt(central(file, 0) + offset, number);
        return patched;
    }

    private static int central(byte[] file, int index) {
        ByteBuffer bytes = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
        int seen = 0;
        for (int at = 0; at + 4 <= file.length; at++) {
            if (bytes.getInt(at) == CENTRAL && seen++ == index) {
                return at;
            }
        }
        throw new AssertionError("no entry " + index);
    }

    private static byte[] zipped(String... namesAndTexts) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(out)) {
            for (int i = 0; i < namesAndTexts.length; i += 2) {
                zip.putNextEntry(new ZipEntry(namesAndTexts[i]));
                zip.write(namesAndTexts[i + 1].getBytes(StandardCharsets.UTF_8));
            }
        }
        return out.toByteArray();
    }

    private byte[] stored(String name, String text) {
        Path file = folder.resolve("stored.zip");
        FileOutput.save(file, out -> {
            ZipWriter zip = new ZipWriter(out);
            zip.add(name, text.getBytes(StandardCharsets.UTF_8));
            zip.finish();
        });
        return FormatSamples.bytes(file);
    }
}
