package dev.lockstep.tensor;

import dev.lockstep.autograd.AutogradBackend;
import dev.lockstep.autograd.BackwardOptions;
import dev.lockstep.backend.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Gradients as functions: torch.autograd.grad and torch.autograd.functional. The results belong to the current scope.
 */
public final class Autograd {
    private Autograd() {}

    /**
     * Computes the gradient of an output of one element for each input, which may be a leaf or computed.
     *
     * @throws IllegalArgumentException if the output does not depend on an input
     */
    public static List<Tensor> grad(Tensor output, Tensor... inputs) {
        return required(grad(List.of(output), List.of(), List.of(inputs), UnaryOperator.identity()));
    }

    /**
     * Computes the gradients of the sum of outputs, each times its own gradient.
     *
     * @param gradients one an output; none at all stand for ones, of outputs of one element
     * @param options such as {@code o -> o.createGraph(true)}, for gradients of gradients
     * @return one an input; empty where no output depends on it (torch's allow_unused)
     */
    public static List<Optional<Tensor>> grad(
            List<Tensor> outputs, List<Tensor> gradients, List<Tensor> inputs, UnaryOperator<BackwardOptions> options) {
        if (outputs.isEmpty() || (!gradients.isEmpty() && gradients.size() != outputs.size())) {
            throw Engine.wrong("grad: " + outputs.size() + " outputs and " + gradients.size() + " gradients");
        }
        List<@Nullable Value> seeds = new ArrayList<>();
        for (int i = 0; i < outputs.size(); i++) {
            seeds.add(gradients.isEmpty() ? null : gradients.get(i).value());
        }
        AutogradBackend backend = Engine.backend(outputs.getFirst().device());
        List<@Nullable Value> found =
                backend.gradients(values(outputs), seeds, values(inputs), options.apply(BackwardOptions.DEFAULT));
        List<Optional<Tensor>> results = new ArrayList<>();
        for (@Nullable Value value : found) {
            results.add(Optional.ofNullable(value).map(Tensor::wrap));
        }
        return results;
    }

    private static List<Value> values(List<Tensor> tensors) {
        return tensors.stream().map(Tensor::value).toList();
    }

    private static List<Tensor> required(List<Optional<Tensor>> found) {
        List<Tensor> all = new ArrayList<>();
        for (int i = 0; i < found.size(); i++) {
            int input = i;
            all.add(found.get(i)
                    .orElseThrow(() -> new IllegalArgumentException("grad: the output does not depend on input " + input
                            + "; use the form that gives Optionals")));
        }
        return all;
    }

    /** {@return a leaf with the elements of a tensor, that requires a gradient} */
    private static Tensor leaf(Tensor x) {
        return x.detach().clone().requiresGrad(true);
    }

    /** Gives {@code v J}, J the derivative of a function at x and v of the result's shape: one backward. */
    public static Tensor vjp(UnaryOperator<Tensor> function, Tensor x, Tensor v) {
        Tensor at = leaf(x);
        Tensor y = function.apply(at);
        return orZeros(grad(List.of(y), List.of(v), List.of(at), UnaryOperator.identity()), x);
    }

    /**
     * Gives {@code J v}, J the derivative of a function at x and v of the shape of x: the derivative of {@code u J} by
     * u, so every op on the way needs a second derivative.
     */
    public static Tensor jvp(UnaryOperator<Tensor> function, Tensor x, Tensor v) {
        Tensor at = leaf(x);
        Tensor y = function.apply(at);
        Tensor u = Tensors.zerosLike(y).requiresGrad(true);
        Optional<Tensor> product = grad(List.of(y), List.of(u), List.of(at), o -> o.createGraph(true))
                .getFirst();
        if (product.isEmpty() || !product.get().requiresGrad()) {
            return Tensors.zerosLike(y);
        }
        return orZeros(grad(List.of(product.get()), List.of(v), List.of(u), UnaryOperator.identity()), y);
    }

    /**
     * Gives {@code v J} for a function of several tensors with several results: one gradient an input, zeros where no
     * result depends on it. The gradients are recorded and have gradients in turn; those compute the function again.
     *
     * @param v one a result, of its shape
     */
    public static List<Tensor> vjp(Function<List<Tensor>, List<Tensor>> function, List<Tensor> inputs, List<Tensor> v) {
        List<Tensor> operands = new ArrayList<>(inputs);
        operands.addAll(v);
        return CheckpointOp.run(
                all -> {
                    List<Tensor> at = all.subList(0, inputs.size()).stream()
                            .map(x -> x.dtype().isFloating() && !x.requiresGrad() ? leaf(x) : x)
                            .toList();
                    List<Tensor> seeds = all.subList(inputs.size(), all.size());
                    return orZeros(grad(function.apply(at), seeds, at, o -> o.createGraph(true)), at);
                },
                operands);
    }

    private static Tensor orZeros(List<Optional<Tensor>> found, Tensor like) {
        return found.getFirst().orElseGet(() -> Tensors.zerosLike(like));
    }

    static List<Tensor> orZeros(List<Optional<Tensor>> found, List<Tensor> like) {
        List<Tensor> all = new ArrayList<>();
        for (int i = 0; i < like.size(); i++) {
            Tensor x = like.get(i);
            all.add(found.get(i).orElseGet(() -> Tensors.zerosLike(x)));
        }
        return all;
    }

    /** Gives the derivative of a function at x: [shape of the result..., shape of x...], one backward an element. */
    public static Tensor jacobian(UnaryOperator<Tensor> function, Tensor x) {
        Tensor at = leaf(x);
        return jacobian(function.apply(at), at);
    }

    private static Tensor jacobian(Tensor y, Tensor x) {
        int count = Math.toIntExact(y.numel());
        Tensor[] rows = new Tensor[count];
        for (int i = 0; i < count; i++) {
            double[] mark = new double[count];
            mark[i] = 1;
            Tensor seed = Tensors.of(mark, y.dtype(), y.shape().toArray());
            rows[i] = y.requiresGrad()
                    ? orZeros(grad(List.of(y), List.of(seed), List.of(x), o -> o.retainGraph(true)), x)
                    : Tensors.zerosLike(x);
        }
        long[] sizes = new long[y.rank() + x.rank()];
        System.arraycopy(y.shape().toArray(), 0, sizes, 0, y.rank());
        System.arraycopy(x.shape().toArray(), 0, sizes, y.rank(), x.rank());
        return count == 0
                ? Tensors.zeros(x.dtype(), sizes)
                : Tensors.stack(0, rows).reshape(sizes);
    }

    /** Gives the second derivative of a function with one number for a result, at x: [shape of x..., shape of x...]. */
    public static Tensor hessian(UnaryOperator<Tensor> function, Tensor x) {
        Tensor at = leaf(x);
        Tensor y = function.apply(at);
        if (y.numel() != 1) {
            throw Engine.wrong("hessian: the function must give one number, got " + y.shape());
        }
        List<Optional<Tensor>> first = grad(List.of(y), List.of(), List.of(at), o -> o.createGraph(true));
        return jacobian(orZeros(first, x), at);
    }

    /**
     * Computes a function and keeps only its inputs for backward, which computes it again: less memory for more time.
     * Random ops get the same numbers both times. The function must give the same result for the same inputs;
     * parameters that it uses get their gradients.
     */
    public static Tensor checkpoint(Function<List<Tensor>, Tensor> function, Tensor... inputs) {
        return CheckpointOp.run(in -> List.of(function.apply(in)), List.of(inputs))
                .getFirst();
    }
}
