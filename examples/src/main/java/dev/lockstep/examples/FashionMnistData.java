package dev.lockstep.examples;

import dev.lockstep.data.DataException;
import dev.lockstep.data.DataFolders;
import dev.lockstep.data.Dataset;
import dev.lockstep.data.Idx;
import dev.lockstep.data.Labels;
import dev.lockstep.data.TensorDataset;
import dev.lockstep.layout.DType;
import dev.lockstep.layout.Shape;
import dev.lockstep.tensor.Tensor;
import dev.lockstep.tensor.Tensors;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Fashion-MNIST (Xiao, Rasul, Vollgraf, 2017; MIT licence): images of clothes, u8 [N, 1, 28, 28], labels 0..9.
 *
 * @param train 60,000 images
 * @param test 10,000 images
 */
record FashionMnistData(Dataset train, Dataset test) {
    private static final int CLASSES = 10;
    private static final int SIDE = 28;
    private static final List<String> FILES = List.of(
            "train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte");

    /** Reads the four files from the folder given, else from where {@link DataFolders} finds them. */
    static FashionMnistData read(Optional<Path> folder) {
        List<Path> files = DataFolders.find("fashion-mnist", folder, FILES);
        return new FashionMnistData(part(files.get(0), files.get(1)), part(files.get(2), files.get(3)));
    }

    private static Dataset part(Path imagesFile, Path labelsFile) {
        Idx images = Idx.read(imagesFile).withRank(3);
        Idx labels = Idx.read(labelsFile).withRank(1);
        long count = images.shape().size(0);
        if (images.dtype() != DType.U8 || !images.shape().equals(Shape.of(count, SIDE, SIDE))) {
            throw new DataException(imagesFile, "expected bytes [N, 28, 28], found " + images.dtype() + images.shape());
        }
        if (labels.shape().size(0) != count) {
            throw new DataException(labelsFile, labels.shape().size(0) + " labels for " + count + " images");
        }
        long[] checked = Labels.check(labels.toLongs(), CLASSES, labelsFile);
        Tensor x = Tensors.of(MemorySegment.ofBuffer(images.values()), DType.U8, count, 1, SIDE, SIDE);
        return new TensorDataset(x, Tensors.of(checked, count));
    }
}
