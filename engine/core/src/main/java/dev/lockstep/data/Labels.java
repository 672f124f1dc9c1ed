package dev.lockstep.data;

import java.nio.file.Path;

/** Checks class labels as they come out of a file. */
public final class Labels {
    private Labels() {}

    /**
     * Returns the labels as they are if each is in {@code [0, classes)}.
     *
     * @throws DataException naming the first label that is not, its sample and the file
     */
    public static long[] check(long[] labels, int classes, Path file) {
        for (int sample = 0; sample < labels.length; sample++) {
            if (labels[sample] < 0 || labels[sample] >= classes) {
                throw new DataException(
                        file, "label " + labels[sample] + " outside 0.." + (classes - 1) + " in sample " + sample);
            }
        }
        return labels;
    }
}
