package dev.lockstep.serialization;

import static dev.lockstep.serialization.FormatSamples.assertSame;
import static dev.lockstep.serialization.FormatSamples.state;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lockstep.layout.Shape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SafetensorsShardsTest {
    @TempDir
    Path folder;

    @Test
    void cutBySizeAndComeBackTogether() throws IOException {
        SafetensorsShards.save(state(), folder, 40);
        try (var files = Files.list(folder)) {
            assertEquals(
                    List.of(
                            "model-00001-of-00003.safetensors",
                            "model-00002-of-00003.safetensors",
                            "model-00003-of-00003.safetensors",
                            "model.safetensors.index.json"),
                    files.map(file -> file.getFileName().toString()).sorted().toList());
        }
        assertSame(state(), Safetensors.load(folder));
        assertSame(state(), Safetensors.load(folder.resolve(SafetensorsShards.INDEX)));
        String index = Files.readString(folder.resolve(SafetensorsShards.INDEX));
        assertTrue(index.contains("\"total_size\" : 91"), index);
    }

    @Test
    void aFolderMayHaveOneFileAlone() {
        Safetensors.save(state(), folder.resolve("model.safetensors"));
        assertSame(state(), Safetensors.load(folder));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
        {                                               | not the JSON
        []                                              | expected an object
        {}                                              | expected a field 'weight_map'
        {'weight_map':[]}                               | weight_map: expected an object
        {'weight_map':{'a':1}}                          | 'a': expected the name of a .safetensors file
        {'weight_map':{'a':'../m.safetensors'}}         | 'a': expected the name of a .safetensors file
        {'weight_map':{'a':'/etc/m.safetensors'}}       | 'a': expected the name of a .safetensors file
        {'weight_map':{'a':'m.bin'}}                    | 'a': expected the name of a .safetensors file
        {'weight_map':{'a':'m.safetensors','a':'m.safetensors'}} | Duplicate field 'a'
        {'weight_map':{}} {}                            | expected nothing after the object
        {'weight_map':{'a':'absent.safetensors'}}       | no such file
        {'weight_map':{'int':'m.safetensors'}}          | that the index does not place there
        {'weight_map':{'a':'m.safetensors'}}            | m.safetensors lacks [a] of the index
        """)
    void rejectsAnIndex(String json, String part) throws IOException {
        Safetensors.save(state(), folder.resolve("m.safetensors"));
        Path index = folder.resolve(SafetensorsShards.INDEX);
        Files.writeString(index, json.replace('\'', '"'));
        var error = assertThrows(CheckpointCorruptException.class, () -> Safetensors.load(index));
        assertTrue(error.getMessage().contains(part), error.getMessage());
    }

    @Test
    void anOpenFileGivesOneTensorAtATime() throws IOException {
        String json = "{'a':{'dtype':'F8_E4M3','shape':[2],'data_offsets':[0,2]},"
                + "'b':{'dtype':'BOOL','shape':[2],'data_offsets':[2,4]},"
                + "'c':{'dtype':'U8','shape':[2],'data_offsets':[4,6]}}";
        byte[] head = json.replace('\'', '"').getBytes(java.nio.charset.StandardCharsets.US_ASCII);
        var bytes = java.nio.ByteBuffer.allocate(8 + head.length + 6).order(java.nio.ByteOrder.LITTLE_ENDIAN);
        bytes.putLong(head.length).put(head).put(new byte[] {0, 0, 1, 2, 3, 4});
        Path path = Files.write(folder.resolve("odd.safetensors"), bytes.array());
        try (SafetensorsFile file = SafetensorsFile.open(path)) {
            assertEquals(List.of("a", "b", "c"), List.copyOf(file.keys()));
            assertEquals("F8_E4M3", file.type("a"));
            assertEquals(Shape.of(2), file.shape("a"));
            assertEquals(4, file.get("c").toIntArray()[1]);
            var unknown = assertThrows(CheckpointCorruptException.class, () -> file.get("a"));
            assertTrue(unknown.getMessage().contains("F8_E4M3, of which there are no tensors"));
            var wrong = assertThrows(CheckpointCorruptException.class, () -> file.get("b"));
            assertTrue(wrong.getMessage().contains("expected bools of 0 or 1, found 2 at 1"), wrong.getMessage());
            assertThrows(IllegalArgumentException.class, () -> file.get("d"));
        }
        assertThrows(CheckpointCorruptException.class, () -> Safetensors.load(path));
    }
}
