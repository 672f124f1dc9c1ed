package dev.lockstep.tensor;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;

/**
 * Einstein's notation: operands are multiplied from left to right, each time as a batched matrix product over the
 * letters that are not needed any more. A letter twice in one operand takes the diagonal; {@code ...} stands for axes
 * without a letter, which broadcast.
 */
final class Einsum {
    /** Stand for the axes of an ellipsis, counted from the last. */
    private static final char FIRST_UNNAMED = '\u0100';

    private final String equation;

    private Einsum(String equation) {
        this.equation = equation;
    }

    /** A tensor whose axes have letters. */
    private record Operand(Tensor tensor, List<Character> letters) {}

    static Tensor of(String equation, Tensor... tensors) {
        return new Einsum(equation).run(tensors);
    }

    private Tensor run(Tensor... tensors) {
        String[] sides = equation.replace(" ", "").split("->", -1);
        String[] inputs = sides[0].split(",", -1);
        if (sides.length > 2 || inputs.length != tensors.length) {
            throw wrong(inputs.length + " operands are named, " + tensors.length + " given");
        }
        List<Operand> operands = new ArrayList<>();
        for (int i = 0; i < tensors.length; i++) {
            operands.add(withoutRepetition(tensors[i], letters(inputs[i], tensors[i].rank())));
        }
        List<Character> wanted = sides.length == 2 ? outputLetters(sides[1], operands) : implied(sides[0], operands);
        Operand product = sumUnneeded(operands.get(0), needed(operands, 1, wanted));
        for (int i = 1; i < operands.size(); i++) {
            Set<Character> needed = needed(operands, i + 1, wanted);
            product = multiply(product, operands.get(i), needed);
        }
        return arranged(sumUnneeded(product, new LinkedHashSet<>(wanted)), wanted);
    }

    private List<Character> letters(String text, int rank) {
        List<Character> letters = new ArrayList<>();
        int named = text.replace("...", "").length();
        for (int i = 0; i < text.length(); i++) {
            if (text.startsWith("...", i)) {
                for (int k = rank - named; k > 0; k--) {
                    letters.add((char) (FIRST_UNNAMED + k - 1));
                }
                i += 2;
            } else if (Character.isLetter(text.charAt(i))) {
                letters.add(text.charAt(i));
            } else {
                throw wrong("'" + text.charAt(i) + "' is no letter");
            }
        }
        if (letters.size() != rank) {
            throw wrong("'" + text + "' names " + letters.size() + " axes of an operand of " + rank);
        }
        return letters;
    }

    private List<Character> outputLetters(String text, List<Operand> operands) {
        int unnamed = 0;
        for (Operand operand : operands) {
            unnamed = Math.max(unnamed, (int)
                    operand.letters().stream().filter(c -> c >= FIRST_UNNAMED).count());
        }
        List<Character> letters =
                letters(text, text.replace("...", "").length() + (text.contains("...") ? unnamed : 0));
        for (char letter : letters) {
            if (operands.stream().noneMatch(operand -> operand.letters().contains(letter))) {
                throw wrong("output '" + letter + "' is in no operand");
            }
        }
        return letters;
    }

    /** Without an arrow the output has the unnamed axes and, in order of the alphabet, what is named once. */
    private static List<Character> implied(String inputs, List<Operand> operands) {
        Set<Character> unnamed = new TreeSet<>(Comparator.reverseOrder());
        Set<Character> named = new TreeSet<>();
        for (Operand operand : operands) {
            for (char letter : operand.letters()) {
                if (letter >= FIRST_UNNAMED) {
                    unnamed.add(letter);
                } else if (inputs.indexOf(letter) == inputs.lastIndexOf(letter)) {
                    named.add(letter);
                }
            }
        }
        List<Character> all = new ArrayList<>(unnamed);
        all.addAll(named);
        return all;
    }

    private Operand withoutRepetition(Tensor tensor, List<Character> letters) {
        Tensor x = tensor;
        List<Character> left = new ArrayList<>(letters);
        for (int i = 0; i < left.size(); i++) {
            int twin = left.lastIndexOf(left.get(i));
            if (twin > i) {
                if (x.size(i) != x.size(twin)) {
                    throw wrong("'" + left.get(i) + "' has sizes " + x.size(i) + " and " + x.size(twin));
                }
                x = x.diagonal(0, i, twin);
                char letter = left.get(i);
                left.remove(twin);
                left.remove(i);
                left.add(letter);
                i = -1;
            }
        }
        return new Operand(x, left);
    }

    private static Set<Character> needed(List<Operand> operands, int from, List<Character> wanted) {
        Set<Character> needed = new LinkedHashSet<>(wanted);
        operands.subList(from, operands.size()).forEach(operand -> needed.addAll(operand.letters()));
        return needed;
    }

    private static Operand sumUnneeded(Operand operand, Set<Character> needed) {
        List<Character> kept =
                operand.letters().stream().filter(needed::contains).toList();
        int[] axes = IntStream.range(0, operand.letters().size())
                .filter(axis -> !needed.contains(operand.letters().get(axis)))
                .toArray();
        return axes.length == 0 ? operand : new Operand(operand.tensor().sum(axes), kept);
    }

    /** Multiplies two operands as [batch..., left, inner] x [batch..., inner, right]. */
    private Operand multiply(Operand a, Operand b, Set<Character> needed) {
        checkSizes(a, b);
        List<Character> batch = new ArrayList<>();
        List<Character> inner = new ArrayList<>();
        List<Character> left = new ArrayList<>();
        for (char letter : a.letters()) {
            boolean shared = b.letters().contains(letter);
            (shared ? needed.contains(letter) ? batch : inner : left).add(letter);
        }
        List<Character> right = b.letters().stream()
                .filter(letter -> !a.letters().contains(letter))
                .toList();
        Operand lessA = sumUnneeded(a, union(needed, b.letters()));
        Operand lessB = sumUnneeded(b, union(needed, a.letters()));
        List<Character> leftKept = left.stream().filter(needed::contains).toList();
        List<Character> rightKept = right.stream().filter(needed::contains).toList();
        Tensor x = grouped(lessA, batch, leftKept, inner, b);
        Tensor y = grouped(lessB, batch, inner, rightKept, a);
        Tensor product = x.matmul(y);
        List<Character> letters = new ArrayList<>(batch);
        letters.addAll(leftKept);
        letters.addAll(rightKept);
        long[] sizes = new long[letters.size()];
        for (int i = 0; i < sizes.length; i++) {
            sizes[i] = Math.max(size(a, letters.get(i)), size(b, letters.get(i)));
        }
        return new Operand(product.reshape(sizes), letters);
    }

    private static Set<Character> union(Set<Character> needed, List<Character> more) {
        Set<Character> all = new LinkedHashSet<>(needed);
        all.addAll(more);
        return all;
    }

    private static long size(Operand operand, char letter) {
        int axis = operand.letters().indexOf(letter);
        return axis < 0 ? 0 : operand.tensor().size(axis);
    }

    private void checkSizes(Operand a, Operand b) {
        for (char letter : a.letters()) {
            long mine = size(a, letter);
            long other = b.letters().contains(letter) ? size(b, letter) : mine;
            if (mine != other && mine != 1 && other != 1) {
                throw wrong("'" + letter + "' has sizes " + mine + " and " + other + ": "
                        + a.tensor().shape() + " x " + b.tensor().shape());
            }
        }
    }

    /** Brings an operand to [batch..., rows, columns], sizes of 1 stretched to those of the other operand. */
    private static Tensor grouped(
            Operand x, List<Character> batch, List<Character> rows, List<Character> columns, Operand other) {
        List<Character> order = new ArrayList<>(batch);
        order.addAll(rows);
        order.addAll(columns);
        Tensor turned = arranged(x, order);
        long[] full = turned.shape().toArray();
        for (int i = 0; i < full.length; i++) {
            full[i] = Math.max(full[i], size(other, order.get(i)));
        }
        long[] grouped = Arrays.copyOf(full, batch.size() + 2);
        grouped[batch.size()] = product(full, batch.size(), batch.size() + rows.size());
        grouped[batch.size() + 1] = product(full, batch.size() + rows.size(), full.length);
        return turned.expand(full).reshape(grouped);
    }

    private static long product(long[] sizes, int from, int to) {
        return Arrays.stream(sizes, from, to).reduce(1, (a, b) -> a * b);
    }

    private static Tensor arranged(Operand x, List<Character> order) {
        int[] axes = order.stream().mapToInt(x.letters()::indexOf).toArray();
        return x.tensor().permute(axes);
    }

    private IllegalArgumentException wrong(String why) {
        return Engine.wrong("einsum '" + equation + "': " + why);
    }
}
