package dev.lockstep.testkit.oracle;

import dev.lockstep.layout.DType;
import dev.lockstep.tensor.Tensor;
import dev.lockstep.tensor.Tensors;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;

/** Reads golden files; the form is described where they are written, in {@code oracle/golden.py}. */
public final class Golden {
    private Golden() {}

    /** {@return the cases of a file} */
    public static List<GoldenCase> cases(String file) {
        List<GoldenCase> cases = new ArrayList<>();
        for (String line : lines(file + ".golden")) {
            int space = line.indexOf(' ');
            String kind = line.substring(0, space);
            String rest = line.substring(space + 1);
            if (kind.equals("case")) {
                cases.add(empty(rest));
            } else {
                add(cases.getLast(), kind, rest);
            }
        }
        return cases;
    }

    private static GoldenCase empty(String name) {
        return new GoldenCase(
                name,
                new ArrayList<>(),
                new LinkedHashMap<>(),
                new ArrayList<>(),
                new LinkedHashMap<>(),
                new LinkedHashMap<>());
    }

    private static void add(GoldenCase to, String kind, String rest) {
        int space = rest.indexOf(' ');
        String first = rest.substring(0, space);
        String second = rest.substring(space + 1);
        switch (kind) {
            case "in" -> to.inputs().add(GoldenTensor.parse(rest));
            case "out" -> to.outputs().add(GoldenTensor.parse(rest));
            case "param" -> to.parameters().put(first, GoldenTensor.parse(second));
            case "grad" -> to.gradients().put(Integer.parseInt(first), GoldenTensor.parse(second));
            case "gradparam" -> to.parameterGradients().put(first, GoldenTensor.parse(second));
            default -> throw new IllegalStateException("golden file: unknown line '" + kind + "' in case " + to.name());
        }
    }

    /** {@return the lines of a resource beside the golden files, without empty ones and comments} */
    public static List<String> lines(String resource) {
        try (InputStream in = Golden.class.getResourceAsStream("/oracle/" + resource)) {
            if (in == null) {
                throw new IllegalStateException("no golden file '" + resource + "'; the scripts in oracle write them");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.isBlank() && !line.startsWith("#"))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** {@return the fixed numbers by which outputs are multiplied before they are summed} */
    public static Tensor weights(Tensor output) {
        double[] numbers = new double[Math.toIntExact(output.numel())];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = (i * 7 % 11 - 5) / 4.0 + 0.125;
        }
        return Tensors.of(numbers, output.dtype(), output.shape().toArray());
    }

    /** {@return the sum of all outputs that have a gradient, times their weights} */
    public static Tensor total(List<Tensor> outputs) {
        Tensor total = Tensors.of(new double[1], DType.F64).squeeze();
        for (Tensor output : outputs) {
            if (output.dtype().isFloating() && output.requiresGrad()) {
                total = output.mul(weights(output)).sum().to(DType.F64).add(total);
            }
        }
        return total;
    }

    static SequencedMap<String, Tensor> tensors(SequencedMap<String, GoldenTensor> golden, DType floating) {
        SequencedMap<String, Tensor> tensors = new LinkedHashMap<>();
        golden.forEach((key, tensor) -> tensors.put(key, tensor.tensor(floating)));
        return tensors;
    }
}
