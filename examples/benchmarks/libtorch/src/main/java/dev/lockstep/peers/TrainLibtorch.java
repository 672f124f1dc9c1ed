package dev.lockstep.peers;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Optimizer;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.MemoryFormat;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Times training steps of one model in libtorch: {@code MODEL THREADS SECONDS [channels_last]}. Prints one JSON line.
 * STARTED in the environment is the time at which the process was launched, in seconds.
 */
public final class TrainLibtorch {
    private static final int STEPS_MAX = 1 << 20;
    private static final int STEPS_MIN = 6;
    private static final long CLASSES = 10;

    private final Workload work;
    private final boolean channelsLast;
    private final Layers layers;
    private final Network network;
    private final Optimizer optimizer;
    private final Tensor x;
    private final Tensor y;
    private final Tensor order;
    private final double[] seconds = new double[STEPS_MAX];
    private final float[] losses = new float[STEPS_MAX];
    private int steps;
    private double firstAfter;

    private TrainLibtorch(Workload work, boolean channelsLast) {
        this.work = work;
        this.channelsLast = channelsLast;
        this.layers = new Layers(channelsLast);
        this.network = work.network(layers);
        this.optimizer = work.optimizer(layers.parameters());
        this.x = work.isText() ? tokens(work.shape()) : torch.randn(work.shape());
        this.y = work.isText() ? tokens(work.shape()) : torch.randint(CLASSES, new long[] {work.rows()});
        this.order = torch.randperm(work.rows(), new TensorOptions(ScalarType.Long));
    }

    /** Trains for a while and prints what was measured. */
    public static void main(String[] arguments) throws IOException {
        int threads = Integer.parseInt(arguments[1]);
        torch.manual_seed(0);
        torch.set_num_threads(threads);
        boolean channelsLast = List.of(arguments).contains("channels_last");
        TrainLibtorch training = new TrainLibtorch(Workload.named(arguments[0]), channelsLast);
        training.train(Double.parseDouble(arguments[2]));
        System.out.println(training.report(threads));
    }

    private static Tensor tokens(long[] shape) {
        return torch.randint(Networks.VOCABULARY, shape);
    }

    private void train(double limit) {
        long began = System.nanoTime();
        while (steps < STEPS_MAX && (steps < STEPS_MIN || since(began) < limit)) {
            long before = System.nanoTime();
            try (PointerScope _ = new PointerScope()) {
                step(steps);
            }
            seconds[steps++] = since(before);
            if (steps == 1) {
                double started = Double.parseDouble(System.getenv().getOrDefault("STARTED", "0"));
                firstAfter = System.currentTimeMillis() / 1e3 - started;
            }
        }
    }

    private void step(int step) {
        long[] places = new long[work.batch()];
        Arrays.setAll(places, i -> ((long) step * work.batch() + i) % work.rows());
        Tensor rows = order.index_select(
                0,
                torch.from_blob(
                        new LongPointer(places), new long[] {places.length}, new TensorOptions(ScalarType.Long)));
        Tensor images = x.index_select(0, rows);
        Tensor scores = network.forward(channelsLast ? images.contiguous(MemoryFormat.ChannelsLast) : images);
        Tensor loss = torch.cross_entropy_loss(
                scores.view(-1, scores.size(-1)), y.index_select(0, rows).view(-1));
        optimizer.zero_grad();
        loss.backward();
        optimizer.step();
        losses[step] = loss.item_float();
    }

    private String report(int threads) throws IOException {
        double[] steady = Arrays.copyOfRange(seconds, Math.min(steps - 1, Math.max(2, steps / 10)), steps);
        Arrays.sort(steady);
        return String.format(
                Locale.ROOT,
                "{\"engine\":\"libtorch 2.10%s\",\"model\":\"%s\",\"threads\":%d,\"steps\":%d,"
                        + "\"samples_per_second\":%.1f,\"peak_rss_bytes\":%d,\"seconds_to_first_step\":%.3f,"
                        + "\"loss_first\":%.5f,\"loss_last\":%.5f}",
                channelsLast ? " channels last" : "",
                work.label(),
                threads,
                steps,
                work.batch() / steady[steady.length / 2],
                peakRssBytes(),
                firstAfter,
                losses[0],
                losses[steps - 1]);
    }

    private static long peakRssBytes() throws IOException {
        return Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith("VmHWM:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
                .findFirst()
                .orElse(0);
    }

    private static double since(long nanos) {
        return (System.nanoTime() - nanos) / 1e9;
    }
}
