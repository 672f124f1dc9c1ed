package dev.lockstep.launcher.bench.allreduce;

import dev.lockstep.launcher.AeronShare;
import dev.lockstep.launcher.ExitCode;
import dev.lockstep.launcher.LaunchException;
import dev.lockstep.launcher.TlsFiles;
import dev.lockstep.launcher.agent.Installation;
import dev.lockstep.launcher.agent.WorkerCommand;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Starts one process a rank of this machine, introduces all to one another, and prints what the first measures. */
public final class AllReduceBench {
    private final AllReduceOptions options;
    private final Nodes nodes;
    private final Installation installation;
    private final PrintWriter out;
    private final List<Process> ranks = new ArrayList<>();

    /** Makes a bench that prints to {@code out}, on the first machine. */
    public AllReduceBench(AllReduceOptions options, Nodes nodes, Installation installation, PrintWriter out) {
        this.options = options;
        this.nodes = nodes;
        this.installation = installation;
        this.out = out;
    }

    /**
     * Measures and prints.
     *
     * @throws LaunchException if this machine is not fit for the transport, or a rank failed, which has said why on the
     *     standard error
     */
    public void run() {
        options.tcp().tls().require();
        Thread end = new Thread(this::endAll);
        Runtime.getRuntime().addShutdownHook(end);
        String transport = options.transport().name().toLowerCase(Locale.ROOT);
        try (AeronShare aeron = AeronShare.open(transport, options.workers(), processes())) {
            start(aeron.environment());
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
        boolean threads = options.transport() == AllReduceOptions.Transport.INPROCESS;
        return threads ? 1 : options.workers() / nodes.count();
    }

    private void start(Map<String, String> environment) throws IOException {
        String host = nodes.host();
        for (int local = 0; local < processes(); local++) {
            ProcessBuilder builder = new ProcessBuilder(command(nodes.rank() * processes() + local, host));
            builder.environment().put(RankMain.TOKEN_VARIABLE, nodes.token());
            builder.environment().putAll(environment);
            ranks.add(builder.redirectError(ProcessBuilder.Redirect.INHERIT).start());
        }
    }

    private List<String> command(int rank, String host) {
        List<String> line = new ArrayList<>();
        line.add(installation.java().toString());
        line.addAll(WorkerCommand.ENGINE_FLAGS);
        line.addAll(List.of("-Xmx256m", WorkerCommand.MESSAGE_MEMORY, "-XX:+UseSerialGC", "-cp"));
        line.add(String.join(
                File.pathSeparator,
                installation.classPath().stream().map(Path::toString).toList()));
        line.add(RankMain.class.getName());
        line.addAll(
                List.of("" + rank, "" + options.workers(), options.transport().name(), "" + options.seconds(), host));
        AllReduceOptions.Sum sum = options.sum();
        line.addAll(List.of(sum.algorithm().name(), sum.dtype().name(), sum.op().name()));
        TlsFiles tls = options.tcp().tls();
        line.addAll(List.of("" + options.tcp().sockets(), tls.certificate(), tls.key(), tls.authorities()));
        options.bytes().forEach(bytes -> line.add("" + bytes));
        return line;
    }

    private void introduce() throws IOException {
        if (options.transport() == AllReduceOptions.Transport.INPROCESS) {
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
        List<String> all = new Meeting(nodes).exchange(addresses);
        for (Process rank : ranks) {
            rank.outputWriter(StandardCharsets.UTF_8)
                    .append(String.join(" ", all))
                    .append('\n')
                    .flush();
        }
    }

    private void print() throws IOException {
        if (!options.json() && nodes.rank() == 0) {
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
