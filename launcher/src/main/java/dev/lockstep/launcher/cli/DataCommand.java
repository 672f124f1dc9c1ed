package dev.lockstep.launcher.cli;

import dev.lockstep.data.DataFolders;
import dev.lockstep.launcher.ExitCode;
import dev.lockstep.launcher.LaunchException;
import dev.lockstep.launcher.data.Catalog;
import dev.lockstep.launcher.data.DataSet;
import dev.lockstep.launcher.data.Fetcher;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code lockstep data}: data sets by name. */
@Command(
        name = "data",
        description = "List, fetch, find and verify data sets.",
        mixinStandardHelpOptions = true,
        footer = {"", "Example:", "  lockstep data fetch fashion-mnist"})
final class DataCommand {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Command(name = "list", description = "List the data sets.", mixinStandardHelpOptions = true)
    int list() {
        for (DataSet set : Catalog.dataSets()) {
            spec.commandLine()
                    .getOut()
                    .printf(
                            Locale.ROOT,
                            "%s  %s; %s; licence %s%n",
                            set.name(),
                            set.description(),
                            size(set),
                            set.licence());
        }
        return ExitCode.OK;
    }

    @Command(
            name = "fetch",
            description = "Fetch a data set into the cache.",
            mixinStandardHelpOptions = true,
            footer = {"", "Example:", "  lockstep data fetch fashion-mnist"})
    int fetch(
            @Parameters(paramLabel = "NAME", description = "the data set") String name,
            @Option(names = "--to", paramLabel = "DIR", description = "another folder than the cache") @Nullable
                    Path to,
            @Option(names = "--from", paramLabel = "URL", description = "another address that holds the same files")
                    @Nullable
                    URI from,
            @Option(names = "--offline", description = "fail rather than use the network") boolean offline) {
        DataSet set = Catalog.named(name);
        Path folder = to == null ? DataFolders.cache(name, System.getenv()) : to;
        URI source = from == null ? set.home() : withSlash(from);
        var out = spec.commandLine().getOut();
        out.println(set.name() + ": " + set.description() + "; " + size(set) + "; licence " + set.licence());
        out.println("  from " + source + " to " + folder);
        new Fetcher(out::println).fetch(set, folder, source, offline);
        return ExitCode.OK;
    }

    @Command(name = "path", description = "Print the folder that holds a data set.", mixinStandardHelpOptions = true)
    int path(@Parameters(paramLabel = "NAME", description = "the data set") String name) {
        spec.commandLine().getOut().println(find(Catalog.named(name)));
        return ExitCode.OK;
    }

    @Command(name = "verify", description = "Check the content of a data set.", mixinStandardHelpOptions = true)
    int verify(
            @Parameters(paramLabel = "NAME", description = "the data set") String name,
            @Option(names = "--data", paramLabel = "DIR", description = "the folder (default: where it is found)")
                    @Nullable
                    Path folder) {
        DataSet set = Catalog.named(name);
        Path where = folder == null ? find(set) : folder;
        Optional<String> problem = Fetcher.problem(set, where);
        if (problem.isPresent()) {
            throw new LaunchException(ExitCode.DATA, problem.get() + "; fetch it again: lockstep data fetch " + name);
        }
        spec.commandLine().getOut().println(where + ": all files of " + name + " are whole");
        return ExitCode.OK;
    }

    private Path find(DataSet set) {
        List<Path> folders = DataFolders.candidates(set.name(), System.getenv());
        DataSet.RemoteFile first = set.files().getFirst();
        return folders.stream()
                .filter(folder ->
                        Files.exists(folder.resolve(first.packedName())) || Files.exists(folder.resolve(first.name())))
                .findFirst()
                .orElseThrow(() -> new LaunchException(
                        ExitCode.DATA,
                        "data set " + set.name() + " is in none of " + folders + ": fetch it by `lockstep data fetch "
                                + set.name() + "`"));
    }

    private URI withSlash(URI from) {
        if (from.getScheme() == null) {
            throw new CommandLine.ParameterException(
                    spec.commandLine(), "--from is '" + from + "' but must be an address such as http://host/folder/");
        }
        return from.toString().endsWith("/") ? from : URI.create(from + "/");
    }

    private static String size(DataSet set) {
        return String.format(Locale.ROOT, "%.1f MB to download", set.sizeBytes() / 1e6);
    }
}
