package dev.lockstep.launcher.data;

import java.net.URI;
import java.util.List;

/**
 * A data set that can be fetched.
 *
 * @param name what users call it
 * @param description what it holds
 * @param licence its licence and who holds it
 * @param home the official address of its files, ending in a slash
 * @param files its files
 */
public record DataSet(String name, String description, String licence, URI home, List<RemoteFile> files) {
    /** Copies the files. */
    public DataSet {
        files = List.copyOf(files);
    }

    /**
     * One file. The sum is of the content, since the same content is packed in different ways by different sources.
     *
     * @param name its name without {@code .gz}; it travels and is kept with it
     * @param sizeBytes about what is downloaded
     * @param contentBytes the size unpacked, exactly
     * @param contentSha256 the SHA-256 of the content, in hexadecimal
     */
    public record RemoteFile(String name, long sizeBytes, long contentBytes, String contentSha256) {
        /** {@return the name it travels and is kept under} */
        public String packedName() {
            return name + ".gz";
        }
    }

    /** {@return what is downloaded in all} */
    public long sizeBytes() {
        return files.stream().mapToLong(RemoteFile::sizeBytes).sum();
    }
}
