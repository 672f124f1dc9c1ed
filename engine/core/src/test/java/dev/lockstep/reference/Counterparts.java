package dev.lockstep.reference;

import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Finds PyTorch's name for one of ours: by rule in the list of its names, or in notes.properties. */
final class Counterparts {
    private final Set<String> torch;
    private final Properties notes = new Properties();
    private final Set<String> used = new TreeSet<>();
    private final List<String> missing = new ArrayList<>();

    /**
     * What the page says of a name.
     *
     * @param torch PyTorch's name, or a dash
     * @param difference a deliberate difference, or nothing
     */
    record Entry(String torch, String difference) {}

    Counterparts() {
        try (InputStream names = resource("torch-names.txt");
                InputStream lines = resource("notes.properties")) {
            torch = new String(names.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .collect(Collectors.toSet());
            notes.load(new InputStreamReader(lines, StandardCharsets.UTF_8));
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private static InputStream resource(String name) {
        return Counterparts.class.getResourceAsStream("/reference/" + name);
    }

    /**
     * Looks a name up.
     *
     * @param key under which notes.properties may know it: {@code Type.name}
     * @param places where PyTorch may have it, in order
     */
    Entry of(String key, String name, List<String> places) {
        String note = notes.getProperty(key, "");
        if (!note.isEmpty()) {
            used.add(key);
        }
        String[] parts = note.split("\\|", 2);
        String difference = parts.length > 1 ? parts[1].strip() : "";
        String named = parts[0].strip();
        Optional<String> found = named.isEmpty()
                ? places.stream()
                        .flatMap(place -> Stream.of(name, python(name), name.toLowerCase(Locale.ROOT))
                                .map(word -> place + "." + word))
                        .filter(torch::contains)
                        .findFirst()
                : Optional.of(named);
        if (found.isEmpty()) {
            missing.add(key);
        }
        return new Entry(
                found.filter(one -> !one.equals("-"))
                        .map(one -> "`" + one + "`")
                        .orElse("–"),
                difference);
    }

    /** {@return keys without a counterpart} */
    List<String> missing() {
        return missing;
    }

    /** {@return keys of notes that no name asked for} */
    List<String> unused() {
        return notes.stringPropertyNames().stream()
                .filter(key -> !used.contains(key))
                .sorted()
                .toList();
    }

    /** {@return a name as Python writes it: {@code logSoftmax} becomes {@code log_softmax}} */
    private static String python(String name) {
        return name.replaceAll("([a-z0-9])([A-Z])", "$1_$2").toLowerCase(Locale.ROOT);
    }
}
