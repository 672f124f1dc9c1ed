package dev.lockstep.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lockstep.layout.DType;
import dev.lockstep.layout.Shape;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ReadersTest {
    @TempDir
    Path folder;

    private Path write(String name, byte[] bytes) {
        try {
            Path file = folder.resolve(name);
            Files.createDirectories(file.getParent());
            return Files.write(file, bytes);
        } catch (IOException failure) {
            throw new AssertionError(failure);
        }
    }

    private static void assertMessage(String part, Runnable reading) {
        var error = assertThrows(DataException.class, reading::run);
        assertTrue(error.getMessage().contains(part), error.getMessage());
    }

    /** Damages bytes at random: a reader takes them or says that the file is broken. */
    private void fuzz(String name, byte[] whole, Consumer<Path> reader) {
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(3);
        int refused = 0;
        for (int round = 0; round < 400; round++) {
            byte[] damaged = whole.clone();
            for (int hits = random.nextInt(1, 5); hits > 0; hits--) {
                damaged[random.nextInt(damaged.length)] = (byte) random.nextInt();
            }
            if (random.nextInt(4) == 0) {
                damaged = java.util.Arrays.copyOf(damaged, random.nextInt(damaged.length));
            }
            try {
                reader.accept(write(name, damaged));
            } catch (DataException expected) {
                refused++;
            }
        }
        assertTrue(refused > 20, name + ": only " + refused + " refused");
    }

    @Nested
    class CsvFiles {
        private Csv read(String text) {
            return Csv.read(write("table.csv", text.getBytes(StandardCharsets.UTF_8)));
        }

        @Test
        void giveNumbersAndClasses() {
            Csv table = read("\ufeffa,kind,b\r\n1,\"x,\"\"y\"\"\",2.5\n\n-3e2,z,NaN\n");
            assertEquals(List.of("a", "kind", "b"), table.names());
            assertEquals(2, table.size());
            assertEquals(List.of("x,\"y\"", "z"), table.texts("kind"));
            assertEquals(Shape.of(2, 2), table.tensor("b", "a").shape());
            assertArrayEquals(
                    new float[] {2.5f, 1, Float.NaN, -300},
                    table.tensor("b", "a").toFloatArray());
            assertArrayEquals(new long[] {0, 1}, table.categories("kind").ids().toLongArray());
            assertEquals(List.of("x,\"y\"", "z"), table.categories("kind").names());
        }

        @Test
        void mayHaveNoHeaderAndAnotherSeparatorAndGaps() {
            Path file = write("t.csv", "1;2\n;4".getBytes(StandardCharsets.UTF_8));
            Csv table = Csv.read(file, o -> o.header(false).separator(';').missing(0));
            assertArrayEquals(new float[] {1, 2, 0, 4}, table.tensor().toFloatArray());
        }

        @Test
        void mayHaveLineBreaksInQuotes() {
            assertEquals(List.of("one\ntwo"), read("a,b\n\"one\ntwo\",3\n").texts("a"));
            assertMessage("line 4: expected 2 fields", () -> read("a,b\n\"one\ntwo\",3\n4"));
        }

        @ParameterizedTest
        @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            a,b;1         | line 2: expected 2 fields as in the first row, found 1
            a,b;1,2;1,2,3 | line 3: expected 2 fields as in the first row, found 3
            a,a;1,2       | a column's name stands twice
            a;x"y         | line 2: a quote in the middle
            a;"xy         | line 2: a quote that does not end
            a;"x"y        | line 2: text after a quoted field
            """)
        void areRefusedWithTheLine(String text, String part) {
            assertMessage(part, () -> read(text.replace(';', '\n')));
        }

        @Test
        void areRefusedWhereTheyDoNotHoldWhatIsWanted() {
            assertMessage("line 1: expected a row", () -> read(""));
            assertMessage("no such file", () -> Csv.read(folder.resolve("absent.csv")));
            assertMessage("not UTF-8", () -> Csv.read(write("b.csv", new byte[] {'a', '\n', (byte) 0xff})));
            Csv table = read("a,b\n1,x\n,2");
            assertMessage("row 1: expected a number in column 'b', found 'x'", () -> table.numbers("b"));
            assertMessage("o -> o.missing(0)", () -> table.numbers("a"));
            assertMessage("no column 'c' among [a, b]", () -> table.tensor("c"));
        }

        @Test
        void areFuzzed() {
            byte[] whole = "a,b,c\n1,2,\"3\"\n4,\"5\",6\n7,8,9\n".getBytes(StandardCharsets.UTF_8);
            fuzz("fuzz.csv", whole, file -> Csv.read(file).tensor());
        }
    }

    @Nested
    class CifarFiles {
        private byte[] records(int labelBytes, int... labels) {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            for (int label : labels) {
                out.writeBytes(new byte[labelBytes - 1]);
                out.write(label);
                for (int i = 0; i < 3072; i++) {
                    out.write(label + i / 1024);
                }
            }
            return out.toByteArray();
        }

        @Test
        void givePlanesAndLabels() {
            Dataset data = Cifar.read10(List.of(write("1.bin", records(1, 3, 9)), write("2.bin", records(1, 0))));
            assertEquals(3, data.size());
            assertArrayEquals(
                    new long[] {9, 0}, data.column(1, new long[] {1, 2}, 0).toLongArray());
            var pictures = data.column(0, new long[] {1, 2}, 0);
            assertEquals(Shape.of(2, 3, 32, 32), pictures.shape());
            assertEquals(DType.U8, pictures.dtype());
            assertEquals(
                    11,
                    pictures.select(0, 0)
                            .select(0, 2)
                            .select(0, 31)
                            .select(0, 31)
                            .itemLong());
            Dataset hundred = Cifar.read100(List.of(write("h.bin", records(2, 99))));
            assertEquals(99, hundred.column(1, new long[] {0}, 0).itemLong());
        }

        @Test
        void areRefusedWhenCutOrMislabelled() {
            assertMessage(
                    "label 10 outside 0..9 in sample 1", () -> Cifar.read10(List.of(write("a", records(1, 1, 10)))));
            assertMessage("1 records and 1 bytes more", () -> Cifar.read10(List.of(write("b", new byte[3074]))));
            assertMessage("found 0 bytes", () -> Cifar.read10(List.of(write("c", new byte[0]))));
            assertMessage("no such file", () -> Cifar.read100(List.of(folder.resolve("absent"))));
        }

        @Test
        void areFuzzed() {
            fuzz("fuzz10.bin", records(1, 3), file -> Cifar.read10(List.of(file)));
            fuzz("fuzz100.bin", records(2, 3), file -> Cifar.read100(List.of(file)));
        }
    }

    @Nested
    class Pictures {
        private byte[] encoded(String format, int type, int width, int height) {
            BufferedImage image = new BufferedImage(width, height, type);
            for (int i = 0; i < width * height; i++) {
                if (type == BufferedImage.TYPE_BYTE_GRAY) {
                    image.getRaster().setSample(i % width, i / width, 0, (i * 40) & 0xff);
                } else {
                    image.setRGB(i % width, i / width, 0xff000000 | (i * 0x0a1428));
                }
            }
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            try {
                assertTrue(ImageIO.write(image, format, out));
            } catch (IOException failure) {
                throw new AssertionError(failure);
            }
            return out.toByteArray();
        }

        private byte[] png(int width, int height) {
            return encoded("png", BufferedImage.TYPE_INT_RGB, width, height);
        }

        @Test
        void areFoundByFolderInSortedOrder() {
            write("root/dog/b.png", png(2, 1));
            write("root/dog/a.PNG", png(2, 1));
            write("root/cat/z.png", png(2, 1));
            write("root/cat/notes.txt", new byte[1]);
            write("root/.hidden/x.png", png(2, 1));
            ImageFolder data = ImageFolder.open(folder.resolve("root"));
            assertEquals(List.of("cat", "dog"), data.classes());
            assertEquals(3, data.size());
            assertEquals("a.PNG", data.file(1).getFileName().toString());
            assertArrayEquals(
                    new long[] {1, 0, 1},
                    data.column(1, new long[] {2, 0, 1}, 0).toLongArray());
            var rows = data.column(0, new long[] {0, 1}, 0);
            assertEquals(Shape.of(2, 3, 1, 2), rows.shape());
            assertArrayEquals(
                    new int[] {0, 0x0a, 0, 0x14, 0, 0x28},
                    rows.select(0, 0).flatten().toIntArray());
            assertEquals(Shape.of(0, 3, 0, 0), data.column(0, new long[0], 0).shape());
        }

        @Test
        void keepTheValuesOfGreyFiles() {
            write("grey/a/1.png", encoded("png", BufferedImage.TYPE_BYTE_GRAY, 4, 1));
            ImageFolder grey = ImageFolder.open(folder.resolve("grey"), o -> o.grey(true));
            assertArrayEquals(
                    new int[] {0, 40, 80, 120},
                    grey.column(0, new long[] {0}, 0).flatten().toIntArray());
            ImageFolder colour = ImageFolder.open(folder.resolve("grey"));
            assertEquals(120, colour.column(0, new long[] {0}, 0).flatten().toIntArray()[11]);
        }

        /** By hand: 0 40 80 120 halved with centres between pixels, and doubled. */
        @Test
        void areResizedBilinearly() {
            write("size/a/1.png", encoded("png", BufferedImage.TYPE_BYTE_GRAY, 4, 1));
            ImageFolder half =
                    ImageFolder.open(folder.resolve("size"), o -> o.grey(true).size(1, 2));
            assertArrayEquals(
                    new int[] {20, 100},
                    half.column(0, new long[] {0}, 0).flatten().toIntArray());
            ImageFolder twice =
                    ImageFolder.open(folder.resolve("size"), o -> o.grey(true).size(1, 8));
            assertArrayEquals(
                    new int[] {0, 10, 30, 50, 70, 90, 110, 120},
                    twice.column(0, new long[] {0}, 0).flatten().toIntArray());
        }

        @Test
        void areRefusedWhenTheyDoNotFitOrAreNone() {
            write("odd/a/1.png", png(2, 1));
            write("odd/a/2.png", png(2, 2));
            write("odd/b/1.png", "no picture".getBytes(StandardCharsets.UTF_8));
            ImageFolder data = ImageFolder.open(folder.resolve("odd"));
            assertMessage("is 2 x 2, others of its batch 1 x 2", () -> data.column(0, new long[] {0, 1}, 0));
            assertMessage("is no picture of a known format", () -> data.column(0, new long[] {2}, 0));
            assertThrows(IndexOutOfBoundsException.class, () -> data.column(0, new long[] {3}, 0));
            assertThrows(IndexOutOfBoundsException.class, () -> data.column(1, new long[] {3}, 0));
            write("none/a/readme.txt", new byte[0]);
            assertMessage("no pictures", () -> ImageFolder.open(folder.resolve("none")));
            assertMessage("no folders in it", () -> ImageFolder.open(folder.resolve("none/a")));
            assertMessage("cannot be listed", () -> ImageFolder.open(folder.resolve("absent")));
        }

        /** A picture that says it is 60,000 x 60,000. */
        @Test
        void areRefusedWhenTheyClaimMorePixelsThanTheirBytesCanHold() {
            byte[] bomb = png(2, 2);
            bomb[18] = (byte) 0xea;
            bomb[19] = 0x60;
            bomb[22] = (byte) 0xea;
            bomb[23] = 0x60;
            Path file = write("bomb.png", bomb);
            assertMessage("has 60000 x 60000 pixels", () -> Picture.read(file, false));
        }

        @ParameterizedTest
        @ValueSource(strings = {"png", "jpg", "gif", "bmp"})
        void areFuzzed(String format) {
            byte[] whole = encoded(format, BufferedImage.TYPE_INT_RGB, 9, 7);
            fuzz("fuzz." + format, whole, file -> Picture.read(file, false));
        }

        @Test
        void areFuzzedAmongOthersOfTheirFolder() {
            write("fuzzed/a/1.png", png(9, 7));
            fuzz("fuzzed/b/2.png", png(9, 7), _ -> {
                ImageFolder data = ImageFolder.open(folder.resolve("fuzzed"));
                data.column(0, new long[] {0, 1}, 0).close();
            });
        }
    }
}
