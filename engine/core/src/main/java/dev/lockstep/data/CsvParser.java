package dev.lockstep.data;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Cuts text into rows of fields, character by character. Confined to a thread; for one file. */
final class CsvParser {
    private static final int END = -1;
    private static final int BYTE_ORDER_MARK = 0xfeff;

    private final Path file;
    private final Reader in;
    private final char separator;
    private final List<List<String>> rows = new ArrayList<>();
    private int line = 1;
    private int next;

    CsvParser(Path file, Reader in, char separator) {
        this.file = file;
        this.in = in;
        this.separator = separator;
    }

    /** {@return all rows; lines that are empty are no rows} */
    List<List<String>> rows() throws IOException {
        advance();
        if (next == BYTE_ORDER_MARK) {
            advance();
        }
        while (next != END) {
            if (next == '\n' || next == '\r') {
                endLine();
            } else {
                rows.add(row());
            }
        }
        return rows;
    }

    private List<String> row() throws IOException {
        int start = line;
        List<String> fields = new ArrayList<>();
        fields.add(field());
        while (next == separator) {
            advance();
            fields.add(field());
        }
        if (next != END) {
            endLine();
        }
        int wanted = rows.isEmpty() ? fields.size() : rows.getFirst().size();
        if (fields.size() != wanted) {
            throw new DataException(
                    file,
                    "line " + start + ": expected " + wanted + " fields as in the first row, found " + fields.size());
        }
        return List.copyOf(fields);
    }

    private String field() throws IOException {
        if (next == '"') {
            return quoted();
        }
        StringBuilder text = new StringBuilder();
        while (next != separator && next != '\n' && next != '\r' && next != END) {
            if (next == '"') {
                throw new DataException(file, "line " + line + ": a quote in the middle of a field");
            }
            text.append((char) next);
            advance();
        }
        return text.toString();
    }

    private String quoted() throws IOException {
        int start = line;
        StringBuilder text = new StringBuilder();
        advance();
        while (true) {
            if (next == END) {
                throw new DataException(file, "line " + start + ": a quote that does not end");
            }
            if (next == '"') {
                advance();
                if (next != '"') {
                    break;
                }
            }
            line += next == '\n' ? 1 : 0;
            text.append((char) next);
            advance();
        }
        if (next != separator && next != '\n' && next != '\r' && next != END) {
            throw new DataException(file, "line " + line + ": text after a quoted field");
        }
        return text.toString();
    }

    private void endLine() throws IOException {
        boolean carriageReturn = next == '\r';
        advance();
        if (carriageReturn && next == '\n') {
            advance();
        }
        line++;
    }

    private void advance() throws IOException {
        next = in.read();
    }
}
