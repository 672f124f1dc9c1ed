package dev.lockstep.serialization;

import dev.lockstep.module.StateDict;
import dev.lockstep.tensor.Tensor;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.SequencedMap;
import java.util.function.Function;

/**
 * Reads and writes numpy's files: one array in an {@code .npy} file, several with names in an {@code .npz} file. Read
 * are numbers and bools of either byte order and either order of axes; arrays of objects, text, structures and complex
 * or wide unsigned numbers are refused. Files are not trusted: nothing in them is evaluated, and no memory is taken
 * beyond what they hold.
 */
public final class Npy {
    private static final String SUFFIX = ".npy";

    private Npy() {}

    /**
     * Reads an {@code .npy} file to a tensor outside of any scope.
     *
     * @throws CheckpointCorruptException if the file is missing, damaged, or holds what no tensor is made of
     */
    public static Tensor load(Path file) {
        return FileBytes.read(file, bytes -> new NpyReader(bytes, "", bytes.slice(0, bytes.size(), "an array")).read());
    }

    /**
     * Writes a tensor as an {@code .npy} file, which appears whole or not at all.
     *
     * @throws IllegalArgumentException if it is of BF16, which numpy lacks
     * @throws CheckpointWriteException if the file cannot be written; one that was there before is untouched
     */
    public static void save(Tensor tensor, Path file) {
        byte[] head = NpyHeader.of(tensor.dtype(), tensor.shape()).toBytes();
        FileOutput.save(file, out -> {
            out.write(ByteBuffer.wrap(head));
            out.write(tensor);
        });
    }

    /**
     * Reads an {@code .npz} file, packed or not; its arrays stand in the order of their data. The tensors live outside
     * of any scope.
     *
     * @throws CheckpointCorruptException if the file is missing, damaged, a zip bomb, or holds what no tensor is made
     *     of
     */
    public static StateDict loadZip(Path file) {
        return FileBytes.read(file, bytes -> {
            ZipArchive archive = ZipArchive.of(bytes);
            return Loading.collect(
                    tensors -> archive.entries().values().forEach(entry -> load(archive, entry, tensors)));
        });
    }

    private static void load(ZipArchive archive, ZipArchive.Entry entry, SequencedMap<String, Tensor> tensors) {
        String name = entry.name();
        if (!name.endsWith(SUFFIX)) {
            throw archive.file().broken("'" + name + "': expected only entries that end with " + SUFFIX);
        }
        Tensor tensor = new NpyReader(archive.file(), name, archive.contents(entry)).read();
        tensors.put(name.substring(0, name.length() - SUFFIX.length()), tensor);
    }

    /**
     * Writes tensors by name as an {@code .npz} file, not packed, as {@code numpy.savez} does. The file appears whole
     * or not at all; equal tensors make equal files.
     *
     * @throws IllegalArgumentException if one is of BF16, which numpy lacks
     * @throws CheckpointWriteException if the file cannot be written; one that was there before is untouched
     */
    public static void saveZip(StateDict state, Path file) {
        saveZip(state, file, ZipWriter::new);
    }

    /**
     * Writes tensors by name as a packed {@code .npz} file, as {@code numpy.savez_compressed} does. The file appears
     * whole or not at all. Each array is packed in memory.
     *
     * @throws IllegalArgumentException if one is of BF16, which numpy lacks
     * @throws CheckpointWriteException if the file cannot be written; one that was there before is untouched
     */
    public static void saveZipCompressed(StateDict state, Path file) {
        saveZip(state, file, ZipWriter::deflating);
    }

    private static void saveZip(StateDict state, Path file, Function<FileOutput, ZipWriter> writer) {
        state.tensors().values().forEach(tensor -> NpyHeader.descr(tensor.dtype()));
        FileOutput.save(file, out -> {
            ZipWriter zip = writer.apply(out);
            for (var pair : state.tensors().entrySet()) {
                Tensor tensor = pair.getValue();
                byte[] head = NpyHeader.of(tensor.dtype(), tensor.shape()).toBytes();
                zip.add(pair.getKey() + SUFFIX, head, tensor);
            }
            zip.finish();
        });
    }
}
