package dev.lockstep.data;

import java.awt.image.BufferedImage;
import java.awt.image.ComponentColorModel;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Iterator;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;

/**
 * A decoded picture: planes of bytes, [C, H, W]. Values come from the file's samples as they are; Java's own conversion
 * of grey pictures would change them.
 */
final class Picture {
    private static final long PIXELS_MAX = 1L << 26;
    /** No format here makes more than this many pixels of a byte, deflate's limit times eight pixels. */
    private static final long PIXELS_OF_BYTE_MAX = 8 * 1032;

    private static final int BYTE_BITS = 8;

    private final byte[] values;
    private final int channels;
    private final int height;
    private final int width;

    private Picture(byte[] values, int channels, int height, int width) {
        this.values = values;
        this.channels = channels;
        this.height = height;
        this.width = width;
    }

    byte[] values() {
        return values;
    }

    int height() {
        return height;
    }

    int width() {
        return width;
    }

    /**
     * Decodes a file.
     *
     * @param grey whether to make one channel, by the weights of ITU-R 601, else three
     * @throws DataException if it is missing, damaged, or too large
     */
    static Picture read(Path file, boolean grey) {
        try (ImageInputStream in = ImageIO.createImageInputStream(file.toFile())) {
            if (in == null) {
                throw new DataException(file, "cannot be read");
            }
            Iterator<ImageReader> readers = ImageIO.getImageReaders(in);
            if (!readers.hasNext()) {
                throw new DataException(file, "is no picture of a known format");
            }
            return decoded(file, in, readers.next(), grey);
        } catch (IOException broken) {
            throw new DataException(file, "cannot be decoded: " + broken.getMessage(), broken);
        }
    }

    private static Picture decoded(Path file, ImageInputStream in, ImageReader reader, boolean grey)
            throws IOException {
        try {
            reader.setInput(in, true, true);
            long pixels = (long) reader.getWidth(0) * reader.getHeight(0);
            if (pixels > PIXELS_MAX || pixels > PIXELS_OF_BYTE_MAX * in.length()) {
                throw new DataException(
                        file,
                        "has " + reader.getWidth(0) + " x " + reader.getHeight(0) + " pixels, more than "
                                + Math.min(PIXELS_MAX, PIXELS_OF_BYTE_MAX * in.length()) + " are not decoded");
            }
            return of(reader.read(0), grey);
        } catch (DataException ours) {
            throw ours;
        } catch (RuntimeException damaged) {
            // The JDK's decoders stumble over damaged files in many ways, of which IOException is only one.
            throw new DataException(file, "cannot be decoded: " + damaged, damaged);
        } finally {
            reader.dispose();
        }
    }

    private static Picture of(BufferedImage image, boolean grey) {
        int channels = grey ? 1 : 3;
        int plane = image.getWidth() * image.getHeight();
        byte[] values = new byte[channels * plane];
        Samples samples = samples(image);
        for (int i = 0; i < plane; i++) {
            int rgb = samples.rgb(i % image.getWidth(), i / image.getWidth());
            for (int channel = 0; channel < channels; channel++) {
                values[channel * plane + i] = (byte) (grey ? luma(rgb) : rgb >> (BYTE_BITS * (2 - channel)));
            }
        }
        return new Picture(values, channels, image.getHeight(), image.getWidth());
    }

    /** ITU-R 601 in whole numbers, as Pillow rounds it. */
    private static int luma(int rgb) {
        int red = (rgb >> 16) & 0xff;
        int green = (rgb >> 8) & 0xff;
        return (red * 19595 + green * 38470 + (rgb & 0xff) * 7471 + 0x8000) >> 16;
    }

    private interface Samples {
        /** Gives the lowest 24 bits as red, green, blue. */
        int rgb(int x, int y);
    }

    private static Samples samples(BufferedImage image) {
        boolean plain = image.getColorModel() instanceof ComponentColorModel;
        if (!plain || image.getColorModel() instanceof IndexColorModel) {
            return image::getRGB;
        }
        Raster raster = image.getRaster();
        int bits = image.getColorModel().getComponentSize(0);
        int shift = Math.max(0, bits - BYTE_BITS);
        boolean colour = raster.getNumBands() >= 3;
        return (x, y) -> {
            int red = raster.getSample(x, y, 0) >> shift;
            int green = colour ? raster.getSample(x, y, 1) >> shift : red;
            int blue = colour ? raster.getSample(x, y, 2) >> shift : red;
            return (red << 16) | (green << 8) | blue;
        };
    }

    /** {@return this picture in another size, bilinear between the centres of pixels, rounded to the nearest value} */
    Picture resized(int newHeight, int newWidth) {
        if (newHeight == height && newWidth == width) {
            return this;
        }
        byte[] out = new byte[Math.multiplyExact(channels, Math.multiplyExact(newHeight, newWidth))];
        for (int y = 0; y < newHeight; y++) {
            double top = Math.max(0, (y + 0.5) * height / newHeight - 0.5);
            for (int x = 0; x < newWidth; x++) {
                double left = Math.max(0, (x + 0.5) * width / newWidth - 0.5);
                for (int channel = 0; channel < channels; channel++) {
                    double value = between(channel, top, left);
                    out[(channel * newHeight + y) * newWidth + x] = (byte) (int) Math.rint(value);
                }
            }
        }
        return new Picture(out, channels, newHeight, newWidth);
    }

    private double between(int channel, double top, double left) {
        int y = (int) top;
        int x = (int) left;
        double down = top - y;
        double right = left - x;
        double above = value(channel, y, x) * (1 - right) + value(channel, y, x + 1) * right;
        double below = value(channel, y + 1, x) * (1 - right) + value(channel, y + 1, x + 1) * right;
        return above * (1 - down) + below * down;
    }

    private int value(int channel, int y, int x) {
        int row = Math.min(y, height - 1);
        return values[(channel * height + row) * width + Math.min(x, width - 1)] & 0xff;
    }
}
