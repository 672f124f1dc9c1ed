package dev.lockstep.nn;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.lockstep.layout.Shape;
import dev.lockstep.module.Module;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Compares printed forms and state-dict keys with what src/test/python/modules.py has recorded of torch 1.13. */
class ModulesOfPythonTest {
    private static final Map<String, Supplier<Module<?, ?>>> MODULES = Map.ofEntries(
            Map.entry(
                    "mlp",
                    () -> new Sequential(
                            new Linear(4, 8),
                            new ReLU(),
                            new Dropout(0.5),
                            new Linear(8, 2, o -> o.bias(false)),
                            new LogSoftmax(1))),
            Map.entry(
                    "cnn",
                    () -> new Sequential(
                            new Conv2d(3, 8, 3, o -> o.stride(2).padding(1).bias(false)),
                            new BatchNorm2d(8),
                            new SiLU(),
                            new MaxPool2d(2),
                            new Conv2d(
                                    8, 16, 3, o -> o.kernel(3, 5).padding(1, 2).groups(4)),
                            new Flatten())),
            Map.entry("nested", () -> new Sequential(new Sequential(new Linear(2, 2), new Tanh()), new Linear(2, 3))),
            Map.entry("list", () -> new ModuleList<>(List.of(new Linear(1, 2), new Linear(2, 1)))),
            Map.entry("lstm", () -> new LSTM(5, 7, o -> o.layers(2).batchFirst(true))),
            Map.entry("attention", () -> new MultiheadAttention(8, 2)),
            Map.entry(
                    "encoder",
                    () -> new TransformerEncoderLayer(8, 2, o -> o.hidden(16).dropout(0.1))),
            Map.entry("embedding", () -> new Embedding(10, 4, o -> o.paddingIndex(0))),
            Map.entry("norm", () -> new LayerNorm(Shape.of(4, 6), o -> o.eps(1e-6))),
            Map.entry("batch", () -> new BatchNorm1d(6, o -> o.eps(1e-3).momentum(0.2))),
            Map.entry(
                    "pool",
                    () -> new Sequential(
                            new AvgPool2d(2),
                            new MaxPool2d(3, o -> o.stride(1).padding(1)),
                            new Softmax(-1),
                            new Sigmoid())),
            Map.entry("gelu", () -> new Sequential(new GELU(), new GELU(o -> o.tanh(true)))));

    /** What torch says of one module. */
    record Recorded(String name, String printed, List<String> state) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Recorded> recorded() {
        Map<String, Recorded> found = new LinkedHashMap<>();
        for (String block : contents().split("(?m)^== ")) {
            if (!block.isBlank()) {
                List<String> lines = new ArrayList<>(block.lines().toList());
                String name = lines.removeFirst();
                List<String> state = lines.stream()
                        .filter(line -> line.startsWith("-- "))
                        .map(line -> line.substring(3))
                        .toList();
                String printed = String.join("\n", lines.subList(0, lines.size() - state.size()));
                found.put(name, new Recorded(name, printed, state));
            }
        }
        assertEquals(MODULES.keySet(), found.keySet());
        return found.values().stream();
    }

    private static String contents() {
        try (InputStream in = ModulesOfPythonTest.class.getResourceAsStream("/module/modules.txt")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    @ParameterizedTest
    @MethodSource("recorded")
    void namesItsStateAndPrintsItselfAsTorchDoes(Recorded torch) {
        Module<?, ?> module = MODULES.get(torch.name()).get();
        List<String> state = module.stateDict().tensors().entrySet().stream()
                .map(pair -> pair.getKey() + " " + pair.getValue().shape())
                .toList();
        assertEquals(torch.state(), state);
        // The class of this one layer is a detail of torch's own quantisation.
        assertEquals(torch.printed().replace("NonDynamicallyQuantizableLinear", "Linear"), module.toString());
    }
}
