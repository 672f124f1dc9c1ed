package dev.lockstep.tensor;

import dev.lockstep.autograd.Leaf;
import dev.lockstep.backend.Value;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What backward gives: a gradient for each leaf that the loss depended on, keyed by the leaf tensor. A leaf that was
 * not used is absent, and an optimizer skips it. Confined to one thread at a time.
 *
 * <p>The gradients belong to the scope in which backward was called; {@link #keep} carries them out.
 */
public final class Gradients implements AutoCloseable {
    private final Map<Leaf, Tensor> byLeaf;

    private Gradients(Map<Leaf, Tensor> byLeaf) {
        this.byLeaf = byLeaf;
    }

    /**
     * Makes gradients of tensors that the caller hands over: keys are leaves, in the order in which norms will be
     * summed.
     */
    public static Gradients of(Map<Tensor, Tensor> gradients) {
        Map<Leaf, Tensor> byLeaf = LinkedHashMap.newLinkedHashMap(gradients.size());
        gradients.forEach((leaf, gradient) -> {
            checkShape(leaf, gradient);
            byLeaf.put(leaf.leaf(), gradient);
        });
        return new Gradients(byLeaf);
    }

    private static void checkShape(Tensor leaf, Tensor gradient) {
        if (!leaf.shape().equals(gradient.shape())) {
            throw new IllegalArgumentException(
                    "gradients: " + gradient.shape() + " is not the shape of its leaf, " + leaf.shape());
        }
    }

    static Gradients wrap(Map<Leaf, Value> found) {
        Map<Leaf, Tensor> byLeaf = LinkedHashMap.newLinkedHashMap(found.size());
        found.forEach((leaf, value) -> byLeaf.put(leaf, Tensor.wrap(value)));
        return new Gradients(byLeaf);
    }

    /** {@return whether the loss depended on this leaf} */
    public boolean contains(Tensor leaf) {
        return byLeaf.containsKey(leaf.leaf());
    }

    /** {@return the gradient of a leaf, if the loss depended on it} */
    public Optional<Tensor> find(Tensor leaf) {
        return Optional.ofNullable(byLeaf.get(leaf.leaf()));
    }

    /**
     * {@return the gradient of a leaf}
     *
     * @throws IllegalArgumentException if the loss did not depend on it
     */
    public Tensor get(Tensor leaf) {
        return find(leaf)
                .orElseThrow(() -> new IllegalArgumentException("gradients: the loss did not depend on the leaf "
                        + leaf.dtype() + leaf.shape() + "; use contains() where that may be"));
    }

    /** {@return how many leaves have a gradient} */
    public int size() {
        return byLeaf.size();
    }

    /** {@return the gradients' tensors, in the order in which they were completed or given} */
    public Collection<Tensor> tensors() {
        return Collections.unmodifiableCollection(byLeaf.values());
    }

    /** Adds gradients leaf by leaf; a leaf absent in one keeps the other's. For accumulation over several losses. */
    public Gradients plus(Gradients other) {
        Map<Leaf, Tensor> sums = new LinkedHashMap<>();
        byLeaf.forEach((leaf, mine) -> {
            Tensor theirs = other.byLeaf.get(leaf);
            sums.put(leaf, theirs == null ? mine.detach() : mine.add(theirs));
        });
        other.byLeaf.forEach((leaf, theirs) -> sums.computeIfAbsent(leaf, absent -> theirs.detach()));
        return new Gradients(sums);
    }

    /** Multiplies all gradients by a number, into new tensors. */
    public Gradients scale(double factor) {
        Map<Leaf, Tensor> scaled = LinkedHashMap.newLinkedHashMap(byLeaf.size());
        byLeaf.forEach((leaf, gradient) -> scaled.put(leaf, gradient.mul(factor)));
        return new Gradients(scaled);
    }

    /**
     * {@return the Euclidean norm of all gradients together} Summed in blocks of 64 Ki elements and a fixed tree over
     * the blocks.
     */
    public double norm() {
        return GradientNorm.of(List.copyOf(byLeaf.values()));
    }

    /**
     * Scales the gradients in place so that their norm is at most {@code max}: by {@code max / (norm + 1e-6)} if that
     * is below 1. Returns the norm before.
     */
    public double clipNorm(double max) {
        double norm = norm();
        double factor = max / (norm + 1e-6);
        if (factor < 1) {
            GradientNorm.scaleInPlace(byLeaf.values(), factor);
        }
        return norm;
    }

    /** Limits each element in place to {@code [-max, max]}. Returns this. */
    public Gradients clipValue(double max) {
        GradientNorm.clampInPlace(byLeaf.values(), max);
        return this;
    }

    /** Takes the gradients out of their scope. Returns this. */
    public Gradients keep() {
        byLeaf.values().forEach(Tensor::keep);
        return this;
    }

    /** Lets go of all gradients. */
    @Override
    public void close() {
        byLeaf.values().forEach(Tensor::close);
    }
}
