package dev.lockstep.data;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Finds a data set's files on this machine: in the folder the user named, else in {@code LOCKSTEP_DATA}, else where
 * Debian's packages put data sets, else in the cache that {@code lockstep data fetch} fills. Nothing is ever downloaded
 * here.
 */
public final class DataFolders {
    private static final Path SYSTEM = Path.of("/usr/share/datasets");

    private DataFolders() {}

    /**
     * Finds the files of a data set, each plain or with {@code .gz} added, all in one folder.
     *
     * @param name the data set's name, which is its folder's
     * @param given the folder that the user named; if there, no other is looked at
     * @throws DataException listing the folders looked at and the command that fetches the set
     */
    public static List<Path> find(String name, Optional<Path> given, List<String> files) {
        List<Path> folders = given.map(List::of).orElseGet(() -> candidates(name, System.getenv()));
        for (Path folder : folders) {
            List<Path> found = present(folder, files);
            if (found.size() == files.size()) {
                return found;
            }
        }
        throw new DataException(
                folders.getFirst(),
                "data set " + name + " (" + String.join(", ", files) + ") not found in " + folders
                        + "; name its folder with --data DIR, or fetch it: lockstep data fetch " + name);
    }

    /** {@return the folders looked at for a data set when the user named none, in order} */
    public static List<Path> candidates(String name, Map<String, String> environment) {
        List<Path> folders = new ArrayList<>();
        String data = environment.get("LOCKSTEP_DATA");
        if (data != null && !data.isEmpty()) {
            folders.add(Path.of(data, name));
            folders.add(Path.of(data));
        }
        folders.add(SYSTEM.resolve(name));
        folders.add(cache(name, environment));
        return List.copyOf(folders);
    }

    /** {@return the folder of a data set in the user's cache: {@code $XDG_CACHE_HOME/lockstep/data/NAME}} */
    public static Path cache(String name, Map<String, String> environment) {
        String cache = environment.get("XDG_CACHE_HOME");
        Path root =
                cache != null && !cache.isEmpty() ? Path.of(cache) : Path.of(System.getProperty("user.home"), ".cache");
        return root.resolve("lockstep").resolve("data").resolve(name);
    }

    private static List<Path> present(Path folder, List<String> files) {
        List<Path> found = new ArrayList<>();
        for (String file : files) {
            Path plain = folder.resolve(file);
            Path packed = folder.resolve(file + ".gz");
            if (Files.isRegularFile(plain)) {
                found.add(plain);
            } else if (Files.isRegularFile(packed)) {
                found.add(packed);
            }
        }
        return found;
    }
}
