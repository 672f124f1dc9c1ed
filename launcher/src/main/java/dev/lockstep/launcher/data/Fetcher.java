package dev.lockstep.launcher.data;

import dev.lockstep.launcher.ExitCode;
import dev.lockstep.launcher.LaunchException;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Fetches data sets: under a temporary name, checked, then renamed; a file lock lets many processes of a machine fetch
 * once. What is there and right is not fetched again.
 */
public final class Fetcher {
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(20);
    private static final Duration FILE_TIMEOUT = Duration.ofMinutes(30);

    private final Consumer<String> out;

    /** Makes a fetcher that says what it does, line by line. */
    public Fetcher(Consumer<String> out) {
        this.out = out;
    }

    /**
     * Fetches what is missing of a data set.
     *
     * @param folder where to; made if needed
     * @param source the address that holds the files, ending in a slash
     * @param offline whether to fail rather than use the network
     * @throws LaunchException with exit code 9 if the network fails or may not be used, 8 if the content is wrong
     */
    public void fetch(DataSet set, Path folder, URI source, boolean offline) {
        try {
            Files.createDirectories(folder);
            try (FileChannel channel = FileChannel.open(
                            folder.resolve(".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                    var _ = channel.lock()) {
                for (DataSet.RemoteFile file : set.files()) {
                    fetch(file, folder, source, offline);
                }
            }
        } catch (IOException e) {
            throw new LaunchException(
                    ExitCode.ENVIRONMENT, "cannot fetch " + set.name() + " into " + folder + ": " + e.getMessage(), e);
        }
    }

    private void fetch(DataSet.RemoteFile file, Path folder, URI source, boolean offline) throws IOException {
        Path target = folder.resolve(file.packedName());
        if (Files.exists(target) && ContentCheck.problem(target, file).isEmpty()) {
            out.accept("  " + file.packedName() + " is there");
            return;
        }
        URI address = source.resolve(file.packedName());
        if (offline) {
            throw new LaunchException(
                    ExitCode.ENVIRONMENT,
                    file.packedName() + " is not in " + folder + ", and --offline forbids to fetch it from " + address);
        }
        Path part = folder.resolve(file.packedName() + ".part"); // Ours alone: the folder is locked.
        try {
            download(address, part);
            Optional<String> problem = ContentCheck.problem(part, file);
            if (problem.isPresent()) {
                throw new LaunchException(
                        ExitCode.DATA, address + " is not what it should be: " + problem.get() + "; nothing was kept");
            }
            Files.move(part, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            out.accept("  " + file.packedName() + " fetched and verified");
        } finally {
            Files.deleteIfExists(part);
        }
    }

    private static void download(URI address, Path part) throws IOException {
        try (HttpClient client = HttpClient.newBuilder()
                .connectTimeout(CONNECT_TIMEOUT)
                .followRedirects(HttpClient.Redirect.NORMAL)
                .build()) {
            HttpRequest request =
                    HttpRequest.newBuilder(address).timeout(FILE_TIMEOUT).build();
            HttpResponse<Path> response = client.send(request, HttpResponse.BodyHandlers.ofFile(part));
            if (response.statusCode() != 200) {
                throw new LaunchException(
                        ExitCode.ENVIRONMENT, address + " answered with status " + response.statusCode());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LaunchException(ExitCode.INTERRUPTED, "interrupted while fetching " + address, e);
        } catch (IOException e) {
            throw new LaunchException(
                    ExitCode.ENVIRONMENT,
                    "cannot fetch " + address + ": " + e + "; a copy elsewhere can be named by --from",
                    e);
        }
    }

    /** {@return what is wrong with the files of a data set in a folder, packed or not; empty if all is right} */
    public static Optional<String> problem(DataSet set, Path folder) {
        for (DataSet.RemoteFile file : set.files()) {
            Path packed = folder.resolve(file.packedName());
            Path found = Files.exists(packed) ? packed : folder.resolve(file.name());
            if (!Files.exists(found)) {
                return Optional.of(found + " is missing");
            }
            Optional<String> problem = ContentCheck.problem(found, file);
            if (problem.isPresent()) {
                return Optional.of(found + ": " + problem.get());
            }
        }
        return Optional.empty();
    }
}
