package dev.lockstep.serialization;

import dev.lockstep.module.StateDict;
import dev.lockstep.tensor.Tensor;
import dev.lockstep.tensor.TensorTree;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * Reads and writes PyTorch's {@code .pt} and {@code .pth} files. Such a file is a zip file with a pickle, and pickles
 * can run code: here a reader of its own makes containers, numbers, texts and tensors, refuses everything else, and
 * never looks a name up. What is written here opens in Python with {@code torch.load(file, weights_only=True)}.
 */
public final class PyTorchFile {
    private static final String FOLDER = "archive/";
    private static final byte[] VERSION = "3\n".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] BYTE_ORDER = "little".getBytes(StandardCharsets.US_ASCII);

    private PyTorchFile() {}

    /**
     * Reads the state dict that is in a file, alone or below some keys: {@code load(file, "model")} where Python saved
     * {@code {"model": net.state_dict(), "epoch": 3}}. The tensors live outside of any scope; those that shared memory
     * when they were saved share it again.
     *
     * @param keys on the way from the outermost dictionary to the state dict
     * @throws CheckpointCorruptException if the file is missing or damaged, does what is not allowed, or has no state
     *     dict there
     */
    public static StateDict load(Path file, String... keys) {
        return read(file, archive -> {
            Object found = archive.read();
            for (String key : keys) {
                found = below(file, found, key);
            }
            Map<?, ?> pairs = dictionary(file, found);
            return Loading.collect(tensors -> pairs.forEach(
                    (key, value) -> tensors.put(String.valueOf(key), archive.tensor(checked(file, key, value)))));
        });
    }

    private static Object below(Path file, Object found, String key) {
        Object next = dictionary(file, found).get(key);
        if (next == null) {
            throw new CheckpointCorruptException(
                    file, "no '" + key + "' among " + dictionary(file, found).keySet());
        }
        return next;
    }

    private static Map<?, ?> dictionary(Path file, Object found) {
        if (found instanceof Map<?, ?> pairs) {
            return pairs;
        }
        throw new CheckpointCorruptException(file, "expected a dictionary, found a " + kind(found));
    }

    private static PickledTensor checked(Path file, Object key, Object value) {
        if (value instanceof PickledTensor tensor) {
            return tensor;
        }
        throw new CheckpointCorruptException(
                file,
                "'" + key + "' is a " + kind(value) + ", not a tensor: name the keys that lead to the state dict,"
                        + " or use loadObject");
    }

    private static String kind(Object found) {
        return switch (found) {
            case Map<?, ?> _ -> "dictionary";
            case List<?> _ -> "list";
            case PickledTensor _ -> "tensor";
            case String _ -> "text";
            default -> found.getClass().getSimpleName();
        };
    }

    /**
     * Reads all that is in a file: maps, lists (of tuples too), strings, longs, doubles, bools, dtypes, tensors, and
     * empty optionals for None. Tensors live outside of any scope.
     *
     * @throws CheckpointCorruptException if the file is missing or damaged, or does what is not allowed
     */
    public static Object loadObject(Path file) {
        return read(file, archive -> {
            List<Tensor> made = new ArrayList<>();
            boolean whole = false;
            try {
                Object objects = new PickledObjects(Long.MAX_VALUE, pickled -> {
                            Tensor tensor = archive.tensor(pickled);
                            made.add(tensor);
                            return tensor;
                        })
                        .convert(archive.read());
                whole = true;
                return objects;
            } finally {
                if (!whole) {
                    TensorTree.close(made);
                }
            }
        });
    }

    private static <T> T read(Path file, Function<PyTorchArchive, T> reader) {
        return FileBytes.read(file, bytes -> {
            PyTorchArchive archive = PyTorchArchive.of(bytes);
            try {
                return reader.apply(archive);
            } finally {
                archive.close();
            }
        });
    }

    /**
     * Writes a state dict. The file appears whole or not at all. Tensors are written in C order; those that are the
     * same memory are written once.
     *
     * @throws CheckpointWriteException if the file cannot be written; one that was there before is untouched
     */
    public static void save(StateDict state, Path file) {
        saveObject(state, file);
    }

    /**
     * Writes maps, lists, strings, numbers, bools, tensors, state dicts and empty optionals (for None), nested at will.
     * PyTorch 1.13 reads floating-point numbers only without {@code weights_only}.
     *
     * @throws IllegalArgumentException if there is anything else in it
     * @throws CheckpointWriteException if the file cannot be written; one that was there before is untouched
     */
    public static void saveObject(Object value, Path file) {
        PickleWriter pickle = new PickleWriter();
        byte[] bytes = pickle.write(value);
        FileOutput.save(file, out -> write(new ZipWriter(out), bytes, pickle.storages()));
    }

    private static void write(ZipWriter zip, byte[] pickle, List<Tensor> storages) throws IOException {
        zip.add(FOLDER + "data.pkl", pickle);
        zip.add(FOLDER + "byteorder", BYTE_ORDER);
        for (int key = 0; key < storages.size(); key++) {
            zip.add(FOLDER + "data/" + key, new byte[0], storages.get(key));
        }
        zip.add(FOLDER + "version", VERSION);
        zip.finish();
    }
}
