package dev.lockstep.serialization;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lockstep.layout.DType;
import dev.lockstep.layout.Shape;
import dev.lockstep.serialization.SafetensorsHeader.Entry;
import dev.lockstep.serialization.SafetensorsHeader.Item;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SafetensorsParserTest {
    private static final String TWO = "{'b':{'dtype':'F32','shape':[2,3],'data_offsets':[8,32]},"
            + "'a':{'dtype':'I64','shape':[],'data_offsets':[0,8]},'__metadata__':{'format':'pt'}}";

    @Test
    void readsEntriesInOrderOfTheirData() {
        SafetensorsHeader header = parse(TWO, 32);
        assertEquals(
                List.of(
                        new Entry("a", SafetensorsType.I64, Shape.of(), 0, 8),
                        new Entry("b", SafetensorsType.F32, Shape.of(2, 3), 8, 32)),
                header.entries());
        assertEquals(Map.of("format", "pt"), header.metadata());
    }

    @Test
    void readsWhatItWrote() {
        List<Item> items =
                List.of(new Item("weights.\"é\n", DType.F64, Shape.of(3)), new Item("empty", DType.U8, Shape.of(0, 5)));
        SafetensorsHeader header = SafetensorsHeader.place(items, Map.of("a", "b"));
        byte[] bytes = header.toBytes();
        assertEquals(0, bytes.length % 8);
        String json = new String(bytes, 8, bytes.length - 8, StandardCharsets.UTF_8);
        assertEquals(header, parse(json, 24));
    }

    @Test
    void takesAnEmptyHeader() {
        assertEquals(List.of(), parse("{}", 0).entries());
        assertEquals(List.of(), parse("{}   ", 0).entries());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
        {                                                                    | not the JSON
        []                                                                   | expected start object, found start array
        {'a':1}                                                              | expected start object, found number int
        {} {}                                                                | nothing after the header
        {'a':{'dtype':'F32','shape':[1],'data_offsets':[0,4]},'a':{}}        | Duplicate field 'a'
        {'a':{'dtype':'F32','dtype':'F32'}}                                  | Duplicate field 'dtype'
        {'a':{'dtype':'F32','shape':[1],'data_offsets':[0,4],'x':1}}         | unknown field 'x'
        {'a':{'dtype':'F32','shape':[1]}}                                    | all needed
        {'a':{'dtype':'F9','shape':[4],'data_offsets':[0,4]}}                | dtype 'F9' is none of the format's
        {'a':{'dtype':'F4','shape':[9],'data_offsets':[0,4]}}                | F4[9] does not take 4 bytes
        {'a':{'dtype':'F4','shape':[7],'data_offsets':[0,4]}}                | F4[7] does not take 4 bytes
        {'a':{'dtype':'F32','shape':[-1],'data_offsets':[0,4]}}              | numbers from 0
        {'a':{'dtype':'F32','shape':[1.0],'data_offsets':[0,4]}}             | numbers from 0
        {'a':{'dtype':'F32','shape':['1'],'data_offsets':[0,4]}}             | numbers from 0
        {'a':{'dtype':'F32','shape':[[1]],'data_offsets':[0,4]}}             | Document nesting depth
        {'a':{'dtype':'F32','shape':[99999999999999999999],'data_offsets':[0,4]}} | out of range of long
        {'a':{'dtype':'F32','shape':[1],'data_offsets':[4,0]}}               | begin <= end
        {'a':{'dtype':'F32','shape':[1],'data_offsets':[0,4,8]}}             | begin <= end
        {'a':{'dtype':'F32','shape':[2],'data_offsets':[0,4]}}               | F32[2] does not take 4 bytes
        {'a':{'dtype':'F32','shape':[4294967296,4294967296],'data_offsets':[0,4]}} | more than 64 bits
        {'a':{'dtype':'F32','shape':[4611686018427387904],'data_offsets':[0,0]}}   | does not take 0 bytes
        {'__metadata__':{'a':1}}                                             | expected string, found number int
        {'__metadata__':{'a':{}}}                                            | expected string, found start object
        """)
    void rejects(String json, String part) {
        CheckpointCorruptException error = assertThrows(CheckpointCorruptException.class, () -> parse(json, 4));
        assertTrue(String.valueOf(error.getMessage()).startsWith("model.safetensors: "), error.getMessage());
        assertTrue(String.valueOf(error.getMessage()).contains(part), error.getMessage());
    }

    @Test
    void rejectsOverlapsHolesAndLeftOvers() {
        String pair = "{'a':{'dtype':'U8','shape':[4],'data_offsets':[0,4]},"
                + "'b':{'dtype':'U8','shape':[4],'data_offsets':[%s]}}";
        assertEquals(2, parse(pair.formatted("4,8"), 8).entries().size());
        assertMessage("overlaps", pair.formatted("3,7"), 7);
        assertMessage("leaves a hole", pair.formatted("5,9"), 9);
        assertMessage("tensors take 8 bytes, but 9 bytes of data follow", pair.formatted("4,8"), 9);
        assertMessage("tensors take 8 bytes, but 7 bytes of data follow", pair.formatted("4,8"), 7);
    }

    @Test
    void rejectsBytesThatAreNoUtf8() {
        byte[] bytes = {'{', '"', (byte) 0xff, '"', '}'};
        assertThrows(CheckpointCorruptException.class, () -> SafetensorsParser.parse(Path.of("file"), bytes, 0));
    }

    @Test
    void anyDamageIsACorruptCheckpoint() {
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(11);
        byte[] good = TWO.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
        int refused = 0;
        for (int round = 0; round < 3000; round++) {
            byte[] damaged = good.clone();
            for (int hits = random.nextInt(1, 4); hits > 0; hits--) {
                damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(32, 127);
            }
            try {
                assertEquals(
                        32, SafetensorsParser.parse(Path.of("f"), damaged, 32).dataBytes());
            } catch (CheckpointCorruptException expected) {
                refused++;
            }
        }
        assertTrue(refused > 2000, "only " + refused + " refused");
    }

    private static void assertMessage(String part, String json, long dataBytes) {
        CheckpointCorruptException error = assertThrows(CheckpointCorruptException.class, () -> parse(json, dataBytes));
        assertTrue(String.valueOf(error.getMessage()).contains(part), error.getMessage());
    }

    private static SafetensorsHeader parse(String json, long dataBytes) {
        byte[] bytes = json.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
        return SafetensorsParser.parse(Path.of("model.safetensors"), bytes, dataBytes);
    }
}
