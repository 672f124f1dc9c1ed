package dev.lockstep.backend.op;

import dev.lockstep.layout.Layout;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Pointwise ops on values of one shape, dtype and layout, and on rows that repeat in their memory
 * ({@link Layout#rowIn}), such as a number a channel of channels-last images, as one op: a backend runs them without
 * writing what lies between, with exactly the bits of the ops one by one. Made below autograd; a graph never has one.
 *
 * @param inputs how many values go in
 * @param links the ops, each after those that it reads
 * @param outputs the links whose results come out, by index
 */
public record Fused(int inputs, List<Link> links, List<Integer> outputs) implements Op {
    /**
     * One op of a chain: {@link Elementwise.Unary}, {@link Elementwise.Binary}, {@link Elementwise.BinaryScalar},
     * {@link Elementwise.Normalize} of x and four rows, or {@link Sampling.Dropout}.
     *
     * @param op the op
     * @param arguments what it reads: below {@link Fused#inputs} an input, from there on an earlier link
     */
    public record Link(Pointwise op, List<Integer> arguments) {
        /** Copies the list. */
        public Link {
            arguments = List.copyOf(arguments);
        }
    }

    /** Copies the lists and checks that each link reads what is there. */
    public Fused {
        links = List.copyOf(links);
        outputs = List.copyOf(outputs);
        for (int i = 0; i < links.size(); i++) {
            int known = inputs + i;
            if (links.get(i).arguments().stream().anyMatch(argument -> argument < 0 || argument >= known)) {
                throw new IllegalArgumentException("fused: link " + i + " reads what is not there: " + links.get(i));
            }
        }
    }

    /** {@return whether the chain is defined for inputs that lie so, as {@link ChainLayout} says} */
    public boolean fits(List<Layout> lying) {
        ChainLayout chain = ChainLayout.of(lying);
        return lying.size() == inputs
                && chain.isWalkable()
                && lying.stream().allMatch(input -> chain.isFull(input) || chain.isRow(input));
    }

    /** {@return whether it {@link #fits}, and each op can walk through blocks of memory} */
    public boolean fitsInBlocks(List<Layout> lying) {
        ChainLayout chain = ChainLayout.of(lying);
        return fits(lying) && links.stream().allMatch(link -> takes(chain, link, lying));
    }

    private static boolean takes(ChainLayout chain, Link link, List<Layout> lying) {
        return chain.takes(link.op())
                && IntStream.range(0, link.arguments().size()).allMatch(i -> {
                    int argument = link.arguments().get(i);
                    Layout input = argument < lying.size() ? lying.get(argument) : chain.whole();
                    return chain.takes(link.op(), i, input);
                });
    }

    /** Makes the chain of one op on values of its own. */
    public static Fused of(Pointwise op) {
        int arguments = switch (op) {
            case Elementwise.Binary _ -> 2;
            case Elementwise.Normalize _ -> 5;
            default -> 1;
        };
        List<Integer> all = IntStream.range(0, arguments).boxed().toList();
        return new Fused(arguments, List.of(new Link(op, all)), List.of(0));
    }
}
