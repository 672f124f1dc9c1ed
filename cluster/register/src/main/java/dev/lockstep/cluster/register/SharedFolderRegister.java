package dev.lockstep.cluster.register;

import dev.lockstep.cluster.AttemptId;
import dev.lockstep.cluster.CreateResult;
import dev.lockstep.cluster.Generation;
import dev.lockstep.cluster.GenerationRegister;
import dev.lockstep.cluster.RegisterException;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Keeps the generations of one run in its run folder, which all machines of the run share. Thread-safe, also between
 * processes and machines; blocks on the disk.
 *
 * <p>{@code generations/A-G.json} holds generation G of attempt A, {@code attempts/A.json} the taking of attempt number
 * A. The file system must have hard links and must show a new name to all machines at once, as local file systems and
 * NFS version 3 and newer do.
 */
public final class SharedFolderRegister implements GenerationRegister {

    /** Two machines that start the same run at once repeat a few times; more means that something else is wrong. */
    private static final int ATTEMPT_TRIES_MAX = 1_000;

    private static final Pattern GENERATION_NAME = Pattern.compile("([1-9][0-9]{0,8})-([1-9][0-9]{0,17})\\.json");
    private static final Pattern ATTEMPT_NAME = Pattern.compile("([1-9][0-9]{0,8})\\.json");

    private final Path generationFolder;
    private final Path attemptFolder;
    private final ExclusiveFiles generations;
    private final ExclusiveFiles attempts;

    /**
     * Opens the register of a run; nothing is written before the first proposal.
     *
     * @param runFolder the run folder
     */
    public SharedFolderRegister(Path runFolder) {
        this.generationFolder = runFolder.resolve("generations");
        this.attemptFolder = runFolder.resolve("attempts");
        this.generations = new ExclusiveFiles(generationFolder);
        this.attempts = new ExclusiveFiles(attemptFolder);
    }

    @Override
    public AttemptId newAttempt(String runId) {
        return guarded(attemptFolder, () -> {
            int number = highestAttempt(runId) + 1;
            for (int tries = 0; tries < ATTEMPT_TRIES_MAX; tries++, number++) {
                var attempt = new AttemptId(runId, number);
                if (attempts.create(number + ".json", GenerationJson.writeAttempt(runId))) {
                    return attempt;
                }
            }
            throw new RegisterException(
                    attemptFolder + ": no attempt number was free in " + ATTEMPT_TRIES_MAX + " tries, up to " + number);
        });
    }

    @Override
    public CreateResult createIfAbsent(Generation generation) {
        AttemptId attempt = generation.attempt();
        String name = name(attempt, generation.number());
        return guarded(generations.path(name), () -> {
            if (generations.create(name, GenerationJson.write(generation))) {
                return new CreateResult.Created(generation);
            }
            Generation existing = read(attempt, generation.number())
                    .orElseThrow(() -> new RegisterException(
                            generations.path(name) + " exists but cannot be found: was it deleted?"));
            return existing.equals(generation)
                    ? new CreateResult.Created(generation)
                    : new CreateResult.Refused(existing);
        });
    }

    @Override
    public Optional<Generation> read(AttemptId attempt, long number) {
        String name = name(attempt, number);
        Path file = generations.path(name);
        Optional<byte[]> content = guarded(file, () -> generations.read(name));
        return content.map(bytes -> checked(file, GenerationJson.read(file, bytes), attempt, number));
    }

    @Override
    public Optional<Generation> latest(AttemptId attempt) {
        long highest = guarded(generationFolder, () -> names(generationFolder, GENERATION_NAME)).stream()
                .filter(name -> Integer.parseInt(name.group(1)) == attempt.number())
                .mapToLong(name -> Long.parseLong(name.group(2)))
                .max()
                .orElse(0);
        return highest == 0 ? Optional.empty() : read(attempt, highest);
    }

    private int highestAttempt(String runId) throws IOException {
        int highest = 0;
        for (Matcher name : names(attemptFolder, ATTEMPT_NAME)) {
            int number = Integer.parseInt(name.group(1));
            if (number > highest) {
                highest = number;
            }
        }
        if (highest > 0) {
            requireSameRun(runId, highest);
        }
        return highest;
    }

    private void requireSameRun(String runId, int number) throws IOException {
        Path file = attempts.path(number + ".json");
        byte[] content = attempts.read(number + ".json").orElseThrow(() -> new NoSuchFileException(file.toString()));
        String existing = GenerationJson.readAttempt(file, content);
        if (!existing.equals(runId)) {
            throw new RegisterException(file + " belongs to run " + existing + ", not to run " + runId
                    + ": a run folder holds one run; choose another folder");
        }
    }

    private static Generation checked(Path file, Generation generation, AttemptId attempt, long number) {
        if (!generation.attempt().equals(attempt) || generation.number() != number) {
            throw new RegisterException(file + " holds generation " + generation.number() + " of attempt "
                    + generation.attempt() + ", not generation " + number + " of attempt " + attempt
                    + ": it was copied or belongs to another run");
        }
        return generation;
    }

    /** Lists the names of a folder; our own temporary files and other hidden ones are none of them. */
    private static List<Matcher> names(Path folder, Pattern form) throws IOException {
        List<Matcher> names = new ArrayList<>();
        if (!Files.isDirectory(folder)) {
            return names;
        }
        try (DirectoryStream<Path> files =
                Files.newDirectoryStream(folder, f -> !fileName(f).startsWith("."))) {
            for (Path file : files) {
                Matcher name = form.matcher(fileName(file));
                if (!name.matches()) {
                    throw new RegisterException(file + " is not ours: remove it from the register's folder");
                }
                names.add(name);
            }
        } catch (DirectoryIteratorException failed) {
            throw failed.getCause();
        }
        return names;
    }

    private static String fileName(Path file) {
        return String.valueOf(file.getFileName());
    }

    private static String name(AttemptId attempt, long number) {
        return attempt.number() + "-" + number + ".json";
    }

    private interface DiskCall<T> {
        T call() throws IOException;
    }

    private static <T> T guarded(Path where, DiskCall<T> task) {
        try {
            return task.call();
        } catch (IOException failed) {
            throw new RegisterException(
                    "generation register: " + where + ": " + failed + ". Is the run folder mounted and writable?",
                    failed);
        }
    }
}
