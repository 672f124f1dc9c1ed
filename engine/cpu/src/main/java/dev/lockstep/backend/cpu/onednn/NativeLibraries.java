package dev.lockstep.backend.cpu.onednn;

import java.io.File;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.SymbolLookup;
import java.nio.file.Path;
import org.bytedeco.javacpp.Loader;
import org.jspecify.annotations.Nullable;

/**
 * Unpacks libgomp and libdnnl from the JavaCPP artifact into JavaCPP's cache and opens them, once a process.
 * Thread-safe.
 */
@SuppressWarnings("restricted") // Opening a native library is what this class is for.
final class NativeLibraries {
    private static final String FOLDER = "/org/bytedeco/dnnl/" + Loader.getPlatform() + "/";

    private static @Nullable NativeLibraries opened;

    private final SymbolLookup gomp;
    private final SymbolLookup dnnl;

    private NativeLibraries(SymbolLookup gomp, SymbolLookup dnnl) {
        this.gomp = gomp;
        this.dnnl = dnnl;
    }

    /**
     * Opens the libraries, or returns those already open.
     *
     * @throws IllegalStateException saying what was looked for and what was found, if they are not there or do not load
     */
    static synchronized NativeLibraries open() {
        NativeLibraries libraries = opened;
        if (libraries == null) {
            // libgomp first: libdnnl then finds it by its soname, and the process has a single one.
            SymbolLookup gomp = lookup("libgomp.so.1");
            libraries = new NativeLibraries(gomp, lookup("libdnnl.so.3"));
            opened = libraries;
        }
        return libraries;
    }

    /** {@return the symbols of the OpenMP runtime} */
    SymbolLookup gomp() {
        return gomp;
    }

    /** {@return the symbols of oneDNN} */
    SymbolLookup dnnl() {
        return dnnl;
    }

    private static SymbolLookup lookup(String file) {
        Path path = unpack(file);
        try {
            return SymbolLookup.libraryLookup(path, Arena.global());
        } catch (IllegalArgumentException e) {
            throw new IllegalStateException("cpu: " + path + " was found but does not load: " + e.getMessage(), e);
        }
    }

    private static Path unpack(String file) {
        String resource = FOLDER + file;
        try {
            @Nullable File cached = Loader.cacheResource(NativeLibraries.class, resource);
            if (cached == null) {
                throw new IllegalStateException("cpu: looked for " + resource
                        + " on the class path and found nothing; add org.bytedeco:dnnl with the classifier "
                        + Loader.getPlatform());
            }
            return cached.toPath();
        } catch (IOException e) {
            throw new IllegalStateException(
                    "cpu: " + resource + " could not be unpacked into " + cacheFolder() + ": " + e.getMessage(), e);
        }
    }

    private static String cacheFolder() {
        return System.getProperty("org.bytedeco.javacpp.cachedir", "~/.javacpp/cache");
    }
}
