package dev.lockstep.examples;

import dev.lockstep.data.DataLoader;
import dev.lockstep.serialization.Safetensors;
import dev.lockstep.train.FitOptions;
import dev.lockstep.train.Trainer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The arguments that every bundled example takes after {@code --}. */
@Command(sortOptions = false, mixinStandardHelpOptions = false)
final class ExampleOptions {
    @Option(names = "--epochs", paramLabel = "N", description = "passes over the training set")
    private int epochs;

    @Option(names = "--steps", paramLabel = "N", description = "stop after this many steps in all")
    private long steps = Long.MAX_VALUE;

    @Option(names = "--batch-size", paramLabel = "B", description = "rows of the global batch")
    private int batchSize;

    @Option(names = "--learning-rate", paramLabel = "X", description = "peak learning rate")
    private double learningRate;

    @Option(names = "--data", paramLabel = "DIR", description = "folder that holds the data set")
    private @Nullable Path data;

    @Option(names = "--save", paramLabel = "FILE.safetensors", description = "where to save the weights at the end")
    private @Nullable Path save;

    @Option(names = "--init", paramLabel = "FILE.safetensors", description = "weights to start from")
    private @Nullable Path init;

    @Option(
            names = "--state",
            paramLabel = "FILE.safetensors",
            description = "where the state of training is saved now and then, and gone on from if it is there")
    private @Nullable Path state;

    @Option(names = "--state-every", paramLabel = "N", description = "save the state after every so many steps")
    private long stateEvery = 100;

    private ExampleOptions(int epochs, int batchSize, double learningRate) {
        this.epochs = epochs;
        this.batchSize = batchSize;
        this.learningRate = learningRate;
    }

    /**
     * Reads the arguments over an example's defaults.
     *
     * @throws CommandLine.ParameterException naming the argument that is unknown or out of range
     */
    static ExampleOptions parse(String[] args, int epochs, int batchSize, double learningRate) {
        ExampleOptions options = new ExampleOptions(epochs, batchSize, learningRate);
        CommandLine line = new CommandLine(options);
        try {
            line.parseArgs(args);
        } catch (CommandLine.UnmatchedArgumentException unknown) {
            throw new CommandLine.ParameterException(line, describe(unknown, line), unknown, null, "");
        }
        options.check(line);
        return options;
    }

    private static String describe(CommandLine.UnmatchedArgumentException unknown, CommandLine line) {
        List<String> guesses = unknown.getSuggestions();
        String names = line.getCommandSpec().options().stream()
                .map(CommandLine.Model.OptionSpec::longestName)
                .collect(Collectors.joining(", "));
        return "unknown argument '" + unknown.getUnmatched().getFirst() + "'"
                + (guesses.isEmpty() ? "" : "; did you mean " + guesses.getFirst() + "?") + "\n  this program takes "
                + names;
    }

    private void check(CommandLine line) {
        require(line, epochs >= 1, "--epochs must be at least 1, got " + epochs);
        require(line, steps >= 1, "--steps must be at least 1, got " + steps);
        require(line, stateEvery >= 1, "--state-every must be at least 1, got " + stateEvery);
        require(line, batchSize >= 1, "--batch-size must be at least 1, got " + batchSize);
        require(
                line,
                learningRate > 0 && Double.isFinite(learningRate),
                "--learning-rate must be positive, got " + learningRate);
    }

    private static void require(CommandLine line, boolean holds, String message) {
        if (!holds) {
            throw new CommandLine.ParameterException(line, message);
        }
    }

    int epochs() {
        return epochs;
    }

    /** {@return how many steps are made in all: those of the epochs, or fewer if {@code --steps} says so} */
    long steps(DataLoader train) {
        return Math.min(steps, (long) epochs * train.batchesPerEpoch());
    }

    /** Lets training go on from the state that an earlier run left, if there is one. */
    void resume(Trainer<?> trainer) {
        if (state != null && Files.exists(state)) {
            trainer.loadStateDict(Safetensors.load(state));
        }
    }

    /** {@return how long to train, {@code steps} at most, and where to save the state on the way} */
    FitOptions fit(FitOptions defaults, long most) {
        FitOptions fit = defaults.epochs(epochs).steps(most);
        return state == null ? fit : fit.saveState(state, stateEvery);
    }

    int batchSize() {
        return batchSize;
    }

    double learningRate() {
        return learningRate;
    }

    Optional<Path> data() {
        return Optional.ofNullable(data);
    }

    Optional<Path> save() {
        return Optional.ofNullable(save);
    }

    Optional<Path> init() {
        return Optional.ofNullable(init);
    }
}
