package dev.lockstep.serialization;

import dev.lockstep.layout.DType;
import dev.lockstep.layout.Shape;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Parses the dictionary in the head of an npy file: the keys {@code descr}, {@code fortran_order} and {@code shape},
 * each once, whose values are a string, a truth value and a tuple of whole numbers. Nothing is evaluated.
 */
final class NpyLiteral {
    private static final int RANK_MAX = 64;
    private static final int DIGITS_MAX = 19;

    private final String text;
    private int at;
    private @Nullable String descr;
    private @Nullable Boolean fortranOrder;
    private @Nullable Shape shape;

    private NpyLiteral(String text) {
        this.text = text;
    }

    /**
     * Parses the text.
     *
     * @throws IllegalArgumentException saying at which character what was expected
     */
    static NpyHeader parse(String text) {
        NpyLiteral literal = new NpyLiteral(text);
        literal.readDictionary();
        return literal.header();
    }

    private NpyHeader header() {
        if (descr == null || fortranOrder == null || shape == null) {
            throw new IllegalArgumentException("'descr', 'fortran_order' and 'shape' are all needed");
        }
        DType dtype = NpyHeader.dtype(descr);
        boolean bigEndian = descr.charAt(0) == '>' && dtype.sizeBytes() > 1;
        return new NpyHeader(dtype, bigEndian, fortranOrder, shape);
    }

    private void readDictionary() {
        expect('{');
        while (!accept('}')) {
            String key = string();
            expect(':');
            switch (key) {
                case "descr" -> descr = once(key, descr, descr());
                case "fortran_order" -> fortranOrder = once(key, fortranOrder, truth());
                case "shape" -> shape = once(key, shape, shape());
                default -> throw wrong("unknown key '" + key + "'");
            }
            if (!accept(',')) {
                expect('}');
                break;
            }
        }
        skipBlanks();
        if (at < text.length()) {
            throw wrong("expected the end");
        }
    }

    private <T> T once(String key, @Nullable T before, T now) {
        if (before != null) {
            throw wrong("key '" + key + "' twice");
        }
        return now;
    }

    private String descr() {
        skipBlanks();
        if (at < text.length() && text.charAt(at) == '[') {
            throw wrong("there are no tensors of structured types");
        }
        return string();
    }

    private boolean truth() {
        skipBlanks();
        for (boolean value : new boolean[] {true, false}) {
            String word = value ? "True" : "False";
            if (text.startsWith(word, at)) {
                at += word.length();
                return value;
            }
        }
        throw wrong("expected True or False");
    }

    private Shape shape() {
        long[] sizes = new long[RANK_MAX];
        int rank = 0;
        boolean comma = true;
        expect('(');
        while (!accept(')')) {
            if (!comma || rank == RANK_MAX) {
                throw wrong("expected a tuple of at most " + RANK_MAX + " sizes");
            }
            sizes[rank++] = number();
            comma = accept(',');
        }
        if (rank == 1 && !comma) {
            throw wrong("expected a tuple, found a number in parentheses");
        }
        try {
            return Shape.of(Arrays.copyOf(sizes, rank));
        } catch (ArithmeticException overflow) {
            throw new IllegalArgumentException("sizes multiply to more than 64 bits", overflow);
        }
    }

    private long number() {
        skipBlanks();
        int start = at;
        while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
            at++;
        }
        String digits = text.substring(start, at);
        if (at < text.length() && text.charAt(at) == 'L') {
            at++; // Python 2 wrote long numbers so.
        }
        try {
            if (digits.length() <= DIGITS_MAX) {
                return Long.parseLong(digits);
            }
        } catch (NumberFormatException wrong) {
            throw new IllegalArgumentException("expected a size at character " + start, wrong);
        }
        throw wrong("a size of " + digits.length() + " digits");
    }

    private String string() {
        skipBlanks();
        char quote = at < text.length() ? text.charAt(at) : ' ';
        int end = quote == '\'' || quote == '"' ? text.indexOf(quote, at + 1) : -1;
        if (end < 0) {
            throw wrong("expected a string");
        }
        String found = text.substring(at + 1, end);
        if (found.indexOf('\\') >= 0) {
            throw wrong("a string with an escape");
        }
        at = end + 1;
        return found;
    }

    private void expect(char wanted) {
        if (!accept(wanted)) {
            throw wrong("expected '" + wanted + "'");
        }
    }

    private boolean accept(char wanted) {
        skipBlanks();
        boolean found = at < text.length() && text.charAt(at) == wanted;
        at += found ? 1 : 0;
        return found;
    }

    private void skipBlanks() {
        while (at < text.length() && (text.charAt(at) == ' ' || text.charAt(at) == '\n')) {
            at++;
        }
    }

    private IllegalArgumentException wrong(String problem) {
        return new IllegalArgumentException(problem + " at character " + at);
    }
}
