package dev.lockstep.data;

import dev.lockstep.tensor.Tensor;
import dev.lockstep.tensor.Tensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/**
 * Pictures in folders, a folder a class, as torchvision's ImageFolder: {@code root/cat/1.png}, {@code root/dog/a.jpg}.
 * Classes are the folders' names in sorted order, samples the files of each in sorted order. Pictures are decoded when
 * they are asked for. Column 0 is U8 [n, C, H, W], column 1 the class, I64 [n]. Immutable and thread-safe.
 */
public final class ImageFolder implements Dataset {
    private static final Set<String> ENDINGS = Set.of("png", "jpg", "jpeg", "gif", "bmp");

    private final List<String> classes;
    private final List<Path> files;
    private final long[] labels;
    private final Config config;

    /**
     * The options.
     *
     * @param height to which pictures are resized; 0 leaves their size, which all of a batch must then share
     * @param width to which pictures are resized; 0 with the height
     * @param grey whether pictures have one channel, else three
     */
    public record Config(int height, int width, boolean grey) {
        /** Checks the size. */
        public Config {
            if (height < 0 || width < 0 || (height == 0) != (width == 0)) {
                throw new IllegalArgumentException("image folder: size " + height + " x " + width);
            }
        }

        /** {@return these options with a size to which pictures are resized, bilinearly} */
        public Config size(int rows, int columns) {
            return new Config(rows, columns, grey);
        }

        /** {@return these options with another choice of one channel} */
        public Config grey(boolean wanted) {
            return new Config(height, width, wanted);
        }
    }

    private ImageFolder(List<String> classes, List<Path> files, long[] labels, Config config) {
        this.classes = classes;
        this.files = files;
        this.labels = labels;
        this.config = config;
    }

    /** Lists a folder; pictures keep their size and have three channels. */
    public static ImageFolder open(Path root) {
        return open(root, UnaryOperator.identity());
    }

    /**
     * Lists a folder.
     *
     * @throws DataException if it cannot be listed, has no folders in it, or one of them has no pictures
     */
    public static ImageFolder open(Path root, UnaryOperator<Config> options) {
        List<String> classes = new ArrayList<>();
        List<Path> files = new ArrayList<>();
        List<Long> labels = new ArrayList<>();
        for (Path folder : list(root, Files::isDirectory)) {
            List<Path> pictures = list(folder, ImageFolder::isPicture);
            if (pictures.isEmpty()) {
                throw new DataException(folder, "no pictures (" + String.join(", ", ENDINGS) + ") of this class");
            }
            pictures.forEach(picture -> labels.add((long) classes.size()));
            classes.add(String.valueOf(folder.getFileName()));
            files.addAll(pictures);
        }
        if (classes.isEmpty()) {
            throw new DataException(root, "no folders in it: expected one a class");
        }
        long[] ids = labels.stream().mapToLong(Long::longValue).toArray();
        return new ImageFolder(List.copyOf(classes), List.copyOf(files), ids, options.apply(new Config(0, 0, false)));
    }

    private static List<Path> list(Path folder, Predicate<Path> wanted) {
        try (Stream<Path> found = Files.list(folder)) {
            return found.filter(path -> !String.valueOf(path.getFileName()).startsWith("."))
                    .filter(wanted)
                    .sorted()
                    .toList();
        } catch (IOException broken) {
            throw new DataException(folder, "cannot be listed: " + broken.getMessage(), broken);
        }
    }

    private static boolean isPicture(Path path) {
        String name = String.valueOf(path.getFileName()).toLowerCase(Locale.ROOT);
        return ENDINGS.contains(name.substring(name.lastIndexOf('.') + 1)) && Files.isRegularFile(path);
    }

    /** {@return the names of the classes, by index} */
    public List<String> classes() {
        return classes;
    }

    /** {@return the file of a sample} */
    public Path file(long id) {
        return files.get(Objects.checkIndex((int) Math.min(id, Integer.MAX_VALUE), files.size()));
    }

    @Override
    public long size() {
        return files.size();
    }

    @Override
    public int columns() {
        return 2;
    }

    /**
     * {@inheritDoc}
     *
     * @throws DataException naming a picture that is damaged, too large, or of another size than the ones before it
     */
    @Override
    public Tensor column(int column, long[] ids, long epoch) {
        Objects.checkIndex(column, columns());
        if (column == 1) {
            long[] chosen = new long[ids.length];
            for (int i = 0; i < ids.length; i++) {
                chosen[i] = labels[(int) Objects.checkIndex(ids[i], size())];
            }
            return Tensors.of(chosen, ids.length);
        }
        int channels = config.grey() ? 1 : 3;
        if (ids.length == 0) {
            return Tensors.of(new byte[0], 0, channels, config.height(), config.width());
        }
        Picture first = picture(ids[0]);
        byte[] all = new byte[Math.multiplyExact(ids.length, first.values().length)];
        for (int i = 0; i < ids.length; i++) {
            Picture one = i == 0 ? first : picture(ids[i]);
            if (one.height() != first.height() || one.width() != first.width()) {
                throw new DataException(
                        file(ids[i]),
                        "is " + one.height() + " x " + one.width() + ", others of its batch " + first.height() + " x "
                                + first.width() + "; resize them: o -> o.size(h, w)");
            }
            System.arraycopy(one.values(), 0, all, i * first.values().length, first.values().length);
        }
        return Tensors.of(all, ids.length, channels, first.height(), first.width());
    }

    private Picture picture(long id) {
        Picture read = Picture.read(file(id), config.grey());
        return config.height() == 0 ? read : read.resized(config.height(), config.width());
    }
}
