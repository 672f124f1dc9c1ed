package dev.lockstep.cluster.pekko;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JobCertificateTest {

    @TempDir
    Path runFolder;

    @Test
    void isReadableByItsOwnerOnlyAndLeavesNothingElse() throws IOException {
        JobCertificate certificate = JobCertificate.create(runFolder, "token");
        var permissions = Files.getPosixFilePermissions(certificate.file());
        assertEquals("rw-------", PosixFilePermissions.toString(permissions));
        try (var files = Files.list(runFolder)) {
            assertEquals(List.of(certificate.file()), files.toList());
        }
    }

    @Test
    void isMadeOnce() throws IOException {
        byte[] first =
                Files.readAllBytes(JobCertificate.create(runFolder, "token").file());
        byte[] second =
                Files.readAllBytes(JobCertificate.create(runFolder, "token").file());
        assertEquals(List.of(first.length, first[100]), List.of(second.length, second[100]));
        JobCertificate.open(runFolder, "token");
    }

    @Test
    void doesNotOpenWithAnotherToken() {
        JobCertificate.create(runFolder, "token");
        assertFails("does not open with this token", () -> JobCertificate.open(runFolder, "other"));
        assertFails("does not open with this token", () -> JobCertificate.create(runFolder, "other"));
    }

    @Test
    void saysThatTheRunFolderIsNotShared() {
        assertFails("must be shared", () -> JobCertificate.open(runFolder, "token"));
    }

    @Test
    void keepsItsPasswordToItself() {
        JobCertificate certificate = JobCertificate.create(runFolder, "token");
        assertTrue(!certificate.toString().contains(certificate.password()), "the password shows");
    }

    private static void assertFails(String part, Runnable task) {
        var error = assertThrows(ClusterNodeException.class, task::run);
        String message = String.valueOf(error.getMessage());
        assertTrue(message.contains(part), message);
        assertEquals(9, error.exitCode());
    }
}
