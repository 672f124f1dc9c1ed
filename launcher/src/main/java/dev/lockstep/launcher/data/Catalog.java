package dev.lockstep.launcher.data;

import dev.lockstep.launcher.ExitCode;
import dev.lockstep.launcher.LaunchException;
import dev.lockstep.launcher.program.Suggestion;
import java.net.URI;
import java.util.List;

/** The data sets that {@code lockstep data} knows. */
public final class Catalog {
    private static final DataSet FASHION_MNIST = new DataSet(
            "fashion-mnist",
            "70,000 grey images of clothes, 28 x 28, in ten classes",
            "MIT, Copyright 2017 Zalando SE",
            URI.create("http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/"),
            List.of(
                    new DataSet.RemoteFile(
                            "train-images-idx3-ubyte",
                            26_421_880,
                            47_040_016,
                            "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888"),
                    new DataSet.RemoteFile(
                            "train-labels-idx1-ubyte",
                            29_515,
                            60_008,
                            "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9"),
                    new DataSet.RemoteFile(
                            "t10k-images-idx3-ubyte",
                            4_422_102,
                            7_840_016,
                            "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b"),
                    new DataSet.RemoteFile(
                            "t10k-labels-idx1-ubyte",
                            5_148,
                            10_008,
                            "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34")));

    private Catalog() {}

    /** {@return all data sets} */
    public static List<DataSet> dataSets() {
        return List.of(FASHION_MNIST);
    }

    /**
     * Finds a data set by name.
     *
     * @throws LaunchException if there is none, saying which there are
     */
    public static DataSet named(String name) {
        List<String> names = dataSets().stream().map(DataSet::name).toList();
        return dataSets().stream()
                .filter(set -> set.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new LaunchException(
                        ExitCode.USAGE,
                        "unknown data set '" + name + "'"
                                + Suggestion.nearest(name, names)
                                        .map(guess -> "; did you mean " + guess + "?")
                                        .orElse("")
                                + "\n  known: " + String.join(", ", names)));
    }
}
