package dev.lockstep.launcher.bench.allreduce;

import dev.lockstep.launcher.ExitCode;
import dev.lockstep.launcher.LaunchException;
import dev.lockstep.launcher.agent.Installation;
import dev.lockstep.launcher.agent.WorkerCommand;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/** Starts one process a rank, introduces them to one another, and prints what the first of them measures. */
public final class AllReduceBench {
    private static final int TOKEN_BYTES = 16;

    private final AllReduceOptions options;
    private final Installation installation;
    private final PrintWriter out;
    private final List<Process> ranks = new ArrayList<>();

    /** Makes a bench that prints to {@code out}. */
    public AllReduceBench(AllReduceOptions options, Installation installation, PrintWriter out) {
        this.options = options;
        this.installation = installation;
        this.out = out;
    }

    /**
     * Measures and prints.
     *
     * @throws LaunchException if a rank failed; it has said why on the standard error
     */
    public void run() {
        Thread end = new Thread(this::endAll);
        Runtime.getRuntime().addShutdownHook(end);
        try {
            start();
            introduce();
            print();
            awaitAll();
        } catch (IOException e) {
            throw new LaunchException(ExitCode.ENVIRONMENT, "bench allreduce: " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LaunchException(ExitCode.ENVIRONMENT, "bench allreduce: interrupted");
        } finally {
            endAll();
            Runtime.getRuntime().removeShutdownHook(end);
        }
    }

    private int processes() {
        return options.transport() == AllReduceOptions.Transport.INPROCESS ? 1 : options.workers();
    }

    private void start() throws IOException {
        byte[] token = new byte[TOKEN_BYTES];
        new SecureRandom().nextBytes(token);
        for (int rank = 0; rank < processes(); rank++) {
            ranks.add(new ProcessBuilder(command(rank, HexFormat.of().formatHex(token)))
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start());
        }
    }

    private List<String> command(int rank, String token) {
        List<String> line = new ArrayList<>();
        line.add(installation.java().toString());
        line.addAll(WorkerCommand.ENGINE_FLAGS);
        line.addAll(List.of("-Xmx256m", "-XX:+UseSerialGC", "-cp"));
        line.add(String.join(
                File.pathSeparator,
                installation.classPath().stream().map(Path::toString).toList()));
        line.add(RankMain.class.getName());
        line.addAll(
                List.of("" + rank, "" + options.workers(), options.transport().name(), "" + options.seconds(), token));
        AllReduceOptions.Sum sum = options.sum();
        line.addAll(List.of(sum.algorithm().name(), sum.dtype().name(), sum.op().name()));
        options.bytes().forEach(bytes -> line.add("" + bytes));
        return line;
    }

    private void introduce() throws IOException {
        if (processes() == 1) {
            return;
        }
        List<String> addresses = new ArrayList<>();
        for (Process rank : ranks) {
            String line = rank.inputReader(StandardCharsets.UTF_8).readLine();
            if (line == null || !line.startsWith(RankMain.ADDRESS)) {
                throw new IOException("rank " + addresses.size() + " did not start: " + line);
            }
            addresses.add(line.substring(RankMain.ADDRESS.length()));
        }
        for (Process rank : ranks) {
            rank.outputWriter(StandardCharsets.UTF_8)
                    .append(String.join(" ", addresses))
                    .append('\n')
                    .flush();
        }
    }

    private void print() throws IOException {
        if (!options.json()) {
            out.print(Measurement.tableHead());
        }
        BufferedReader results = ranks.getFirst().inputReader(StandardCharsets.UTF_8);
        for (String line = results.readLine(); line != null; line = results.readLine()) {
            out.print(options.json() ? line + "\n" : Measurement.parse(line).tableRow());
            out.flush();
        }
    }

    private void awaitAll() throws InterruptedException {
        for (int rank = 0; rank < ranks.size(); rank++) {
            int exitCode = ranks.get(rank).waitFor();
            if (exitCode != 0) {
                throw new LaunchException(
                        ExitCode.USER, "bench allreduce: rank " + rank + " ended with exit code " + exitCode);
            }
        }
    }

    private void endAll() {
        ranks.forEach(Process::destroyForcibly);
    }
}
