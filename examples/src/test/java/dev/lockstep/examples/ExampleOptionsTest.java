package dev.lockstep.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

class ExampleOptionsTest {
    private static ExampleOptions parse(String... args) {
        return ExampleOptions.parse(args, 3, 64, 0.01);
    }

    private static String problem(String... args) {
        return String.valueOf(assertThrows(CommandLine.ParameterException.class, () -> parse(args))
                .getMessage());
    }

    @Test
    void takesTheExamplesDefaults() {
        ExampleOptions options = parse();
        assertEquals(3, options.epochs());
        assertEquals(64, options.batchSize());
        assertEquals(0.01, options.learningRate());
        assertEquals(Optional.empty(), options.save());
    }

    @Test
    void takesWhatIsGiven() {
        ExampleOptions options = parse("--epochs", "5", "--batch-size=32", "--save", "w.safetensors");
        assertEquals(5, options.epochs());
        assertEquals(32, options.batchSize());
        assertEquals(Optional.of(Path.of("w.safetensors")), options.save());
    }

    @Test
    void suggestsTheArgumentThatWasMeant() {
        String problem = problem("--epoch", "5");
        assertTrue(problem.contains("unknown argument '--epoch'; did you mean --epochs?"), problem);
        assertTrue(problem.contains("--learning-rate"), problem);
    }

    @Test
    void namesWhatItTakesWhenNothingIsNear() {
        String problem = problem("foo");
        assertTrue(problem.startsWith("unknown argument 'foo'\n  this program takes --epochs, --steps"), problem);
    }

    @ParameterizedTest
    @CsvSource({
        "--epochs,0",
        "--steps,0",
        "--batch-size,-1",
        "--learning-rate,NaN",
        "--learning-rate,0",
        "--epochs,x",
        "--state-every,0"
    })
    void rejectsValuesOutOfRange(String argument, String value) {
        assertTrue(problem(argument, value).contains(argument));
    }
}
