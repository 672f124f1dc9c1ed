package dev.lockstep.tensorboard;

import dev.lockstep.layout.DType;
import dev.lockstep.tensor.Tensor;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Map;
import javax.imageio.ImageIO;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes what a training run wants to show to an event file that TensorBoard reads, while it runs too:
 *
 * <pre>{@code
 * try (var board = SummaryWriter.open(Path.of("runs/first"), InstantSource.system())) {
 *     board.addScalar("loss", loss.item(), step);
 * }
 * }</pre>
 *
 * Each record is in the file when a method returns. A name with slashes groups charts. Thread-safe.
 */
public final class SummaryWriter implements AutoCloseable {
    private static final int NUMBERS_MAX = 1000;
    private static final int TEXT_TYPE = 7;
    private static final Logger LOG = LoggerFactory.getLogger(SummaryWriter.class);

    private final OutputStream out;
    private final InstantSource clock;
    private final Path file;

    private SummaryWriter(Path file, OutputStream out, InstantSource clock) {
        this.file = file;
        this.out = out;
        this.clock = clock;
    }

    /**
     * Starts a new event file in a folder, which is made if it is missing; files that are there stay.
     *
     * @param clock of the times in the file
     * @throws UncheckedIOException if it cannot be made
     */
    public static SummaryWriter open(Path folder, InstantSource clock) {
        try {
            Files.createDirectories(folder);
            return open(folder, clock, clock.instant().getEpochSecond());
        } catch (IOException failure) {
            throw new UncheckedIOException(folder + ": no event file can be made: " + failure.getMessage(), failure);
        }
    }

    private static SummaryWriter open(Path folder, InstantSource clock, long second) throws IOException {
        for (int number = 0; number < NUMBERS_MAX; number++) {
            Path file = folder.resolve("events.out.tfevents." + second + ".lockstep." + number);
            try {
                OutputStream out = Files.newOutputStream(file, StandardOpenOption.CREATE_NEW);
                SummaryWriter writer = new SummaryWriter(file, out, clock);
                writer.write(new Message().real(1, writer.now()).text(3, "brain.Event:2"));
                return writer;
            } catch (FileAlreadyExistsException taken) {
                LOG.debug("{} is another writer's", taken.getFile());
            }
        }
        throw new IOException(NUMBERS_MAX + " event files of this second");
    }

    /** {@return the event file} */
    public Path file() {
        return file;
    }

    /** Writes a number: a point of the chart {@code tag}. */
    public void addScalar(String tag, double value, long step) {
        summary(step, new Message().text(1, tag).single(2, (float) value));
    }

    /**
     * Writes how a tensor's elements are distributed.
     *
     * @throws IllegalArgumentException if one is not finite
     */
    public void addHistogram(String tag, Tensor values, long step) {
        double[] numbers = values.toDoubleArray();
        long odd = Arrays.stream(numbers).filter(x -> !Double.isFinite(x)).count();
        if (odd > 0) {
            throw new IllegalArgumentException(
                    "histogram " + tag + ": " + odd + " of " + numbers.length + " elements are not finite");
        }
        summary(step, new Message().text(1, tag).message(5, Histogram.of(numbers)));
    }

    /**
     * Writes a picture.
     *
     * @param image [H, W], [1, H, W] or [3, H, W]; from 0 to 255 if U8, else from 0 to 1, beyond which it is cut
     * @throws IllegalArgumentException if it has another shape
     */
    public void addImage(String tag, Tensor image, long step) {
        boolean grey = image.rank() == 2 || (image.rank() == 3 && image.size(0) == 1);
        boolean colour = image.rank() == 3 && image.size(0) == 3;
        if (!(grey || colour) || image.numel() == 0 || image.numel() > Integer.MAX_VALUE) {
            throw new IllegalArgumentException(
                    "image " + tag + ": expected [H, W], [1, H, W] or [3, H, W], got " + image.shape());
        }
        int height = (int) image.size(-2);
        int width = (int) image.size(-1);
        Message encoded = new Message()
                .number(1, height)
                .number(2, width)
                .number(3, colour ? 3 : 1)
                .bytes(4, png(image, height, width));
        summary(step, new Message().text(1, tag).message(4, encoded));
    }

    private static byte[] png(Tensor image, int height, int width) {
        double scale = image.dtype() == DType.U8 ? 1 : 255;
        double[] values = image.toDoubleArray();
        int plane = height * width;
        BufferedImage picture = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        for (int i = 0; i < plane; i++) {
            int rgb = 0;
            for (int channel = 0; channel < 3; channel++) {
                double value = values[values.length == plane ? i : channel * plane + i] * scale;
                rgb = (rgb << 8) | (int) Math.max(0, Math.min(255, Math.rint(value)));
            }
            picture.setRGB(i % width, i / width, rgb);
        }
        try {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            ImageIO.write(picture, "png", bytes);
            return bytes.toByteArray();
        } catch (IOException impossible) {
            throw new UncheckedIOException("writing to memory does not fail", impossible);
        }
    }

    /** Writes a text, which TensorBoard shows as Markdown. */
    public void addText(String tag, String text, long step) {
        Message plugin = new Message().text(1, "text");
        Message tensor = new Message()
                .number(1, TEXT_TYPE)
                .message(2, new Message().message(2, new Message().number(1, 1)))
                .bytes(8, text.getBytes(StandardCharsets.UTF_8));
        summary(
                step,
                new Message()
                        .text(1, tag + "/text_summary")
                        .message(8, tensor)
                        .message(9, new Message().message(1, plugin)));
    }

    /**
     * Writes what a run was made with and what came of it: a row of TensorBoard's table of hyper-parameters. The
     * metrics are charts as well. Once a folder, when the run has ended.
     *
     * @param parameters numbers, flags and strings by name
     * @param metrics results by name
     * @throws IllegalArgumentException if a parameter is something else
     */
    public void addHparams(Map<String, ?> parameters, Map<String, Double> metrics) {
        HyperParameters run = new HyperParameters(parameters, metrics);
        summary(0, run.experiment());
        summary(0, run.start());
        summary(0, run.end());
        run.metrics().forEach((name, value) -> addScalar(name, value, 0));
    }

    private void summary(long step, Message value) {
        Message event = new Message().real(1, now()).number(2, step).message(5, new Message().message(1, value));
        try {
            write(event);
        } catch (IOException failure) {
            throw new UncheckedIOException(file + ": cannot be written: " + failure.getMessage(), failure);
        }
    }

    private double now() {
        Instant instant = clock.instant();
        return instant.getEpochSecond() + instant.getNano() / 1e9;
    }

    private synchronized void write(Message event) throws IOException {
        out.write(Records.framed(event.toBytes()));
    }

    /**
     * Ends the file.
     *
     * @throws UncheckedIOException if that fails
     */
    @Override
    public synchronized void close() {
        try {
            out.close();
        } catch (IOException failure) {
            throw new UncheckedIOException(file + ": cannot be closed: " + failure.getMessage(), failure);
        }
    }
}
