package dev.lockstep.launcher.program;

import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.Properties;
import java.util.SortedMap;
import java.util.TreeMap;

/** The examples on the class path, listed in resources of the form {@code name=main.Class}. */
public final class Bundled {
    /** Where a jar lists its programs. */
    public static final String RESOURCE = "META-INF/lockstep/programs.properties";

    private Bundled() {}

    /** {@return the main classes of all listed programs, by name} */
    public static SortedMap<String, String> programs() {
        SortedMap<String, String> programs = new TreeMap<>();
        try {
            for (URL url : Collections.list(Bundled.class.getClassLoader().getResources(RESOURCE))) {
                read(url).forEach((name, main) -> programs.put(name.toString(), main.toString()));
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + RESOURCE + " of the class path", e);
        }
        return programs;
    }

    private static Properties read(URL url) throws IOException {
        Properties properties = new Properties();
        try (InputStream in = url.openStream()) {
            properties.load(new InputStreamReader(in, StandardCharsets.UTF_8));
        }
        return properties;
    }
}
