package dev.lockstep.launcher.toy;

import dev.lockstep.data.DataException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/** A program that does not train: it ends as its first argument says. */
public final class Toy {
    private Toy() {}

    public static void main(String[] args) throws Exception {
        System.out.println("toy " + String.join(" ", args) + " as " + System.getenv("LOCAL_RANK"));
        switch (args[0]) {
            case "return" -> {}
            case "throw" -> fail();
            case "data" -> throw new DataException(Path.of("/data/labels"), "ends after 4 of 8 bytes");
            case "exit" -> System.exit(17);
            case "memory" -> fill();
            case "wait" -> new CountDownLatch(1).await();
            default -> throw new IllegalArgumentException("toy: unknown " + args[0]);
        }
    }

    private static void fail() {
        System.err.println("short read, 4 bytes missing");
        throw new IllegalArgumentException("label 10 is not one of 0..9", new IllegalStateException("the root"));
    }

    private static void fill() {
        List<byte[]> all = new ArrayList<>();
        while (all.size() < 1_000_000) {
            all.add(new byte[1 << 20]);
        }
    }
}
