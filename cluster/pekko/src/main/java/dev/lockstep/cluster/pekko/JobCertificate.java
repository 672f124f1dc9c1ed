package dev.lockstep.cluster.pekko;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * The one certificate of a job: every node shows it and trusts no other, so that only who has the run folder and the
 * job's token can join. Immutable.
 *
 * <p>It lies in the run folder as {@code job.p12} (PKCS #12, readable by its owner only), locked by a password that is
 * derived from the token; the token itself is neither stored nor sent.
 */
public final class JobCertificate {

    private static final String FILE_NAME = "job.p12";
    private static final String PASSWORD_VARIABLE = "LOCKSTEP_KEY_STORE_PASSWORD";
    private static final long KEYTOOL_LIMIT_SECONDS = 60;

    private final Path file;
    private final String password;

    private JobCertificate(Path file, String password) {
        this.file = file;
        this.password = password;
    }

    /**
     * Makes the certificate of a job, or opens it if an earlier attempt made it. Blocks for about a second.
     *
     * @param runFolder the run folder
     * @param token the job's secret token
     * @return the certificate
     * @throws ClusterNodeException if it cannot be made or the token is another one
     */
    public static JobCertificate create(Path runFolder, String token) {
        Path file = runFolder.resolve(FILE_NAME);
        if (!Files.exists(file)) {
            var fresh = new JobCertificate(file, derive(token));
            fresh.make(runFolder);
        }
        return open(runFolder, token);
    }

    /**
     * Opens the certificate of a job.
     *
     * @param runFolder the run folder, shared with the machine that founded the job
     * @param token the job's secret token
     * @return the certificate
     * @throws ClusterNodeException if there is none or the token is another one
     */
    public static JobCertificate open(Path runFolder, String token) {
        var certificate = new JobCertificate(runFolder.resolve(FILE_NAME), derive(token));
        certificate.check();
        return certificate;
    }

    Path file() {
        return file;
    }

    String password() {
        return password;
    }

    /** {@return the file's name; never the password} */
    @Override
    public String toString() {
        return "JobCertificate[" + file + "]";
    }

    /** Writes a new certificate under a temporary name and links it to its own, which a rival may have taken. */
    private void make(Path runFolder) {
        try {
            Path folder = Files.createTempDirectory(runFolder, ".certificate-");
            Path fresh = folder.resolve(FILE_NAME);
            try {
                runKeytool(fresh);
                Files.setPosixFilePermissions(fresh, PosixFilePermissions.fromString("rw-------"));
                Files.createLink(file, fresh);
            } catch (FileAlreadyExistsException rival) {
                check();
            } finally {
                Files.deleteIfExists(fresh);
                Files.delete(folder);
            }
        } catch (IOException failed) {
            throw new ClusterNodeException(
                    ClusterNodeException.ENVIRONMENT, "cannot write the job's certificate " + file, failed);
        }
    }

    /** Runs the JDK's tool, since the JDK has no public API that signs certificates. */
    private void runKeytool(Path target) throws IOException {
        Process process = keytool(target).start();
        try {
            process.getOutputStream().close();
            if (!process.waitFor(KEYTOOL_LIMIT_SECONDS, TimeUnit.SECONDS)) {
                throw new IOException("keytool did not end within " + KEYTOOL_LIMIT_SECONDS + " s");
            }
            if (process.exitValue() != 0) {
                String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
                throw new IOException("keytool ended with " + process.exitValue() + ": " + said.strip());
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while keytool ran", interrupted);
        } finally {
            process.destroyForcibly();
        }
    }

    /** Builds the call; the password goes by the environment, since everybody can read the arguments. */
    private ProcessBuilder keytool(Path target) {
        String tool = Path.of(System.getProperty("java.home"), "bin", "keytool").toString();
        String options = "-genkeypair -alias job -keyalg EC -groupname secp256r1 -dname CN=lockstep-job"
                + " -startdate -1d -validity 3650 -storetype PKCS12 -storepass:env " + PASSWORD_VARIABLE;
        List<String> command = new ArrayList<>(List.of(tool));
        command.addAll(List.of(options.split(" ", -1)));
        command.addAll(List.of("-keystore", target.toString()));
        var builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put(PASSWORD_VARIABLE, password);
        return builder;
    }

    private void check() {
        try (InputStream content = Files.newInputStream(file)) {
            KeyStore.getInstance("PKCS12").load(content, password.toCharArray());
        } catch (IOException | GeneralSecurityException failed) {
            String message = Files.exists(file)
                    ? "the job's certificate " + file + " does not open with this token: use the token of the job"
                    : "there is no certificate " + file
                            + ": the run folder must be shared with the machine that founded the job";
            throw new ClusterNodeException(ClusterNodeException.ENVIRONMENT, message, failed);
        }
    }

    private static String derive(String token) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(token.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
            byte[] digest = mac.doFinal("lockstep job certificate".getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest);
        } catch (GeneralSecurityException impossible) {
            throw new AssertionError("every JDK has HmacSHA256", impossible);
        }
    }
}
