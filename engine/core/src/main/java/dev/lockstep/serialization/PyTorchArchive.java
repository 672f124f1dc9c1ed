package dev.lockstep.serialization;

import dev.lockstep.backend.Value;
import dev.lockstep.serialization.PickleReader.PickleException;
import dev.lockstep.tensor.Scope;
import dev.lockstep.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * An open PyTorch file: a zip file with a pickle and the elements of each storage in an entry of its own, below a
 * folder of any name. Confined to the thread that reads.
 */
final class PyTorchArchive {
    private static final String PICKLE = "/data.pkl";
    private static final long PICKLE_BYTES_MAX = 1 << 28;
    /** What a byte of a pickle may unfold to, generously: small tuples are often shared. */
    private static final long OBJECTS_OF_BYTE = 4;

    private final ZipArchive zip;
    private final String folder;
    private final Map<PickledTensor.Storage, Tensor> storages = new HashMap<>();
    private final Map<String, PickledTensor.Storage> known = new HashMap<>();

    private PyTorchArchive(ZipArchive zip, String folder) {
        this.zip = zip;
        this.folder = folder;
    }

    static PyTorchArchive of(FileBytes bytes) {
        if (bytes.size() >= 2 && bytes.u8(0, "a zip file") == 0x80) {
            throw bytes.broken("is in the format of before PyTorch 1.6; torch.load it there and torch.save it anew");
        }
        ZipArchive zip = ZipArchive.of(bytes);
        List<String> pickles = zip.entries().keySet().stream()
                .filter(name -> name.endsWith(PICKLE) && name.indexOf('/') == name.length() - PICKLE.length())
                .toList();
        if (pickles.size() != 1) {
            throw bytes.broken("is no PyTorch file: expected one entry FOLDER" + PICKLE + ", found " + pickles);
        }
        String folder = pickles.getFirst().substring(0, pickles.getFirst().indexOf('/') + 1);
        if (zip.entries().containsKey(folder + "constants.pkl")) {
            throw bytes.broken("holds a TorchScript program, not weights: torch.save its state_dict()");
        }
        PyTorchArchive archive = new PyTorchArchive(zip, folder);
        archive.checkByteOrder();
        return archive;
    }

    private void checkByteOrder() {
        ZipArchive.Entry order = zip.entries().get(folder + "byteorder");
        if (order == null) {
            return;
        }
        byte[] found = zip.contents(order).toArray(ValueLayout.JAVA_BYTE);
        if (!new String(found, StandardCharsets.US_ASCII).equals("little")) {
            throw zip.file().broken("was written on a big-endian machine, whose files are not read");
        }
    }

    /** {@return what the pickle holds, tensors as {@link PickledTensor}} */
    Object read() {
        ZipArchive.Entry pickle = entry("data.pkl");
        if (pickle.sizeBytes() > PICKLE_BYTES_MAX) {
            throw zip.file().broken("a pickle of " + pickle.sizeBytes() + " bytes, at most " + PICKLE_BYTES_MAX);
        }
        byte[] bytes = zip.contents(pickle).toArray(ValueLayout.JAVA_BYTE);
        try {
            Object root = new PickleReader(bytes).read();
            return new PickledObjects(OBJECTS_OF_BYTE * bytes.length, tensor -> tensor).convert(root);
        } catch (PickleException wrong) {
            throw new CheckpointCorruptException(
                    zip.file().file(), "'" + folder + "data.pkl': " + wrong.getMessage(), wrong);
        }
    }

    /** Makes a tensor, outside of any scope. Tensors of one storage share its memory, as they did when saved. */
    Tensor tensor(PickledTensor pickled) {
        Tensor base = storages.get(pickled.storage());
        if (base == null) {
            base = load(pickled.storage());
            storages.put(pickled.storage(), base);
        }
        Value view = base.value().view(pickled.layout());
        return Scope.outside(() -> Tensor.wrap(view));
    }

    private Tensor load(PickledTensor.Storage storage) {
        PickledTensor.Storage other = known.putIfAbsent(storage.key(), storage);
        if (other != null) {
            throw zip.file().broken("storage '" + storage.key() + "' is " + other + " and " + storage);
        }
        String name = "data/" + storage.key();
        ZipArchive.Entry entry = entry(name);
        long width = storage.dtype().sizeBytes();
        if (entry.sizeBytes() / width != storage.count() || entry.sizeBytes() % width != 0) {
            throw zip.file()
                    .broken("'" + folder + name + "': " + entry.sizeBytes() + " bytes, but " + storage.count()
                            + " elements of " + storage.dtype() + " are wanted");
        }
        MemorySegment elements = zip.contents(entry);
        return TensorElements.copy(
                zip.file(), name, elements, storage.dtype(), dev.lockstep.layout.Shape.of(storage.count()));
    }

    private ZipArchive.Entry entry(String name) {
        ZipArchive.Entry entry = zip.entries().get(folder + name);
        if (entry == null) {
            throw zip.file().broken("lacks '" + folder + name + "'");
        }
        return entry;
    }

    /** Lets go of the storages themselves; the tensors made of them keep what they see. */
    void close() {
        storages.values().forEach(Tensor::close);
    }
}
