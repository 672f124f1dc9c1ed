package dev.lockstep.data;

import dev.lockstep.tensor.Tensor;
import dev.lockstep.tensor.Tensors;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

/**
 * A table out of a CSV file (RFC 4180: fields with separators, quotes or line breaks stand in double quotes, in which a
 * quote is written twice). UTF-8. Every row has as many fields as the first. Immutable.
 *
 * <pre>{@code
 * Csv iris = Csv.read(Path.of("iris.csv"));
 * Dataset data = new TensorDataset(
 *         iris.tensor("sepal", "petal"), iris.categories("species").ids());
 * }</pre>
 */
public final class Csv {
    private final Path file;
    private final List<String> names;
    private final List<List<String>> rows;
    private final Config config;

    /**
     * The options.
     *
     * @param separator between fields
     * @param header whether the first row has the columns' names; else they are named by index, from 0
     * @param missing what an empty field counts as in a column of numbers; NaN is a value, null makes it an error
     */
    public record Config(
            char separator,
            boolean header,
            @org.jspecify.annotations.Nullable Double missing) {
        /** Checks the separator. */
        public Config {
            if (separator == '"' || separator == '\n' || separator == '\r') {
                throw new IllegalArgumentException("csv: a quote or line break cannot separate fields");
            }
        }

        /** {@return these options with another separator} */
        public Config separator(char other) {
            return new Config(other, header, missing);
        }

        /** {@return these options with another choice of header} */
        public Config header(boolean there) {
            return new Config(separator, there, missing);
        }

        /** {@return these options with a number for empty fields} */
        public Config missing(double number) {
            return new Config(separator, header, number);
        }
    }

    /**
     * A column of texts as class indexes.
     *
     * @param names the different texts, sorted
     * @param ids for each row the index of its text, I64 [rows]
     */
    public record Categories(List<String> names, Tensor ids) {
        /** Copies the names. */
        public Categories {
            names = List.copyOf(names);
        }
    }

    private Csv(Path file, List<String> names, List<List<String>> rows, Config config) {
        this.file = file;
        this.names = names;
        this.rows = rows;
        this.config = config;
    }

    /** Reads a file with commas and a header; see {@link #read(Path, UnaryOperator)}. */
    public static Csv read(Path file) {
        return read(file, UnaryOperator.identity());
    }

    /**
     * Reads a file.
     *
     * @throws DataException naming the line of what is wrong: a row of another length, a quote in the middle, text that
     *     is not UTF-8, a name twice
     */
    public static Csv read(Path file, UnaryOperator<Config> options) {
        Config config = options.apply(new Config(',', true, null));
        var decoder = StandardCharsets.UTF_8.newDecoder();
        try (var reader = new BufferedReader(new InputStreamReader(Files.newInputStream(file), decoder))) {
            List<List<String>> rows = new CsvParser(file, reader, config.separator()).rows();
            if (rows.isEmpty()) {
                throw new DataException(file, "line 1: expected a row, found the end");
            }
            List<String> names = config.header()
                    ? rows.removeFirst()
                    : numbered(rows.getFirst().size());
            if (new HashSet<>(names).size() < names.size()) {
                throw new DataException(file, "line 1: a column's name stands twice in " + names);
            }
            return new Csv(file, names, rows, config);
        } catch (NoSuchFileException missing) {
            throw new DataException(file, "no such file", missing);
        } catch (CharacterCodingException wrong) {
            throw new DataException(file, "is not UTF-8", wrong);
        } catch (IOException broken) {
            throw new DataException(file, "cannot be read: " + broken.getMessage(), broken);
        }
    }

    private static List<String> numbered(int count) {
        return IntStream.range(0, count).mapToObj(Integer::toString).toList();
    }

    /** {@return the columns' names, in order} */
    public List<String> names() {
        return names;
    }

    /** {@return the number of rows, without the header} */
    public int size() {
        return rows.size();
    }

    /**
     * {@return a column as texts}
     *
     * @throws DataException if there is no such column
     */
    public List<String> texts(String column) {
        int index = index(column);
        return rows.stream().map(row -> row.get(index)).toList();
    }

    /**
     * {@return a column as numbers}
     *
     * @throws DataException if there is no such column, or a field is no number, naming its row
     */
    public double[] numbers(String column) {
        int index = index(column);
        double[] numbers = new double[rows.size()];
        for (int row = 0; row < numbers.length; row++) {
            numbers[row] = number(rows.get(row).get(index).strip(), column, row);
        }
        return numbers;
    }

    private double number(String text, String column, int row) {
        Double missing = config.missing();
        if (text.isEmpty() && missing != null) {
            return missing;
        }
        try {
            return Double.parseDouble(text);
        } catch (NumberFormatException wrong) {
            throw new DataException(
                    file,
                    "row " + (row + 1) + ": expected a number in column '" + column + "', found '" + text + "'"
                            + (text.isEmpty() ? "; say what an empty field counts as: o -> o.missing(0)" : ""),
                    wrong);
        }
    }

    /**
     * {@return columns of numbers as F32 [rows, columns]; all of them if none is named}
     *
     * @throws DataException as {@link #numbers}
     */
    public Tensor tensor(String... columns) {
        List<String> wanted = columns.length == 0 ? names : Arrays.asList(columns);
        float[] table = new float[Math.multiplyExact(rows.size(), wanted.size())];
        for (int column = 0; column < wanted.size(); column++) {
            double[] numbers = numbers(wanted.get(column));
            for (int row = 0; row < numbers.length; row++) {
                table[row * wanted.size() + column] = (float) numbers[row];
            }
        }
        return Tensors.of(table, rows.size(), wanted.size());
    }

    /**
     * {@return a column of texts as class indexes}
     *
     * @throws DataException if there is no such column
     */
    public Categories categories(String column) {
        List<String> texts = texts(column);
        List<String> sorted = new ArrayList<>(new TreeSet<>(texts));
        long[] ids = texts.stream()
                .mapToLong(text -> java.util.Collections.binarySearch(sorted, text))
                .toArray();
        return new Categories(sorted, Tensors.of(ids, ids.length));
    }

    private int index(String column) {
        int index = names.indexOf(column);
        if (index < 0) {
            throw new DataException(file, "no column '" + column + "' among " + names);
        }
        return index;
    }
}
