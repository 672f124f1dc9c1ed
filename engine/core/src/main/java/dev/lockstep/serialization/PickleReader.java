package dev.lockstep.serialization;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Runs the pickle of a PyTorch file on a machine of about thirty opcodes that can make containers, numbers, strings and
 * descriptions of tensors, and nothing else: the list of {@code torch.load(weights_only=True)}, less what is only in
 * files older than PyTorch 1.6. An opcode or a name that is not on the list is an error. Confined to a thread; for one
 * pickle.
 *
 * <p>Every opcode takes at least a byte and makes at most one object, so memory is bounded by the pickle's length. The
 * result may hold one object in many places, itself included: see {@link PickledObjects}.
 */
final class PickleReader {
    private static final int LINE_BYTES_MAX = 256;

    private final ByteBuffer in;
    private final Map<Long, Object> memo = new HashMap<>();
    private final List<List<Object>> marked = new ArrayList<>();
    private List<Object> stack = new ArrayList<>();

    /** A tuple; lists are {@link ArrayList}, dictionaries {@link LinkedHashMap}, None {@link Optional#empty}. */
    record Tuple(List<Object> items) {}

    /** Says what is wrong with a pickle. */
    static final class PickleException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        PickleException(String message) {
            super(message);
        }
    }

    PickleReader(byte[] pickle) {
        this.in = ByteBuffer.wrap(pickle).order(ByteOrder.LITTLE_ENDIAN);
    }

    /**
     * Runs the pickle to its end.
     *
     * @throws PickleException if it is damaged, or does what is not allowed
     */
    Object read() {
        int at = 0;
        try {
            while (true) {
                at = in.position();
                int opcode = in.get() & 0xff;
                if (opcode == '.') {
                    return pop();
                }
                run(opcode);
            }
        } catch (BufferUnderflowException end) {
            throw wrapped("offset " + at + ": ends in the middle of an instruction", end);
        } catch (PickleException | CharacterCodingException wrong) {
            throw wrapped("offset " + at + ": " + wrong.getMessage(), wrong);
        }
    }

    private static PickleException wrapped(String message, Exception cause) {
        PickleException wrapped = new PickleException(message);
        wrapped.initCause(cause);
        return wrapped;
    }

    private void run(int opcode) throws CharacterCodingException {
        switch (opcode) {
            case 0x80 -> in.get(); // protocol: the opcodes tell
            case '(' -> {
                marked.add(stack);
                stack = new ArrayList<>();
            }
            case 'c' -> push(global(line(), line()));
            case 'R' -> reduce();
            case 'b' -> build();
            case 'Q' -> push(storage(pop()));
            case 'a' -> append(List.of(pop()));
            case 'e' -> append(popMarked());
            case 's' -> {
                Object value = pop();
                setItems(List.of(pop(), value));
            }
            case 'u' -> setItems(popMarked());
            case 't' -> push(new Tuple(popMarked()));
            case 0x85 -> push(new Tuple(popSome(1)));
            case 0x86 -> push(new Tuple(popSome(2)));
            case 0x87 -> push(new Tuple(popSome(3)));
            case 'h' -> push(recall(in.get() & 0xff));
            case 'j' -> push(recall(in.getInt() & 0xffffffffL));
            case 'q' -> memo.put(in.get() & 0xffL, top());
            case 'r' -> memo.put(in.getInt() & 0xffffffffL, top());
            default -> push(literal(opcode));
        }
    }

    private Object literal(int opcode) throws CharacterCodingException {
        return switch (opcode) {
            case ')' -> new Tuple(List.of());
            case ']' -> new ArrayList<>();
            case '}' -> new LinkedHashMap<>();
            case 'N' -> Optional.empty();
            case 0x88 -> true;
            case 0x89 -> false;
            case 'J' -> (long) in.getInt();
            case 'K' -> in.get() & 0xffL;
            case 'M' -> in.getShort() & 0xffffL;
            case 0x8a -> longNumber(in.get() & 0xff);
            case 'G' -> Double.longBitsToDouble(Long.reverseBytes(in.getLong()));
            case 'X' -> text(in.getInt() & 0xffffffffL);
            case 'U' -> text(in.get() & 0xff);
            default ->
                throw new PickleException(String.format(
                        "instruction %02x is not allowed: only weights are read, made by torch.save with its"
                                + " default protocol",
                        opcode));
        };
    }

    private static PickleGlobal global(String module, String name) {
        return PickleGlobal.of(module, name)
                .orElseThrow(() -> new PickleException("'" + module + "." + name
                        + "' is not allowed: only weights are read, code never runs; save the state_dict() alone"));
    }

    private void reduce() {
        List<Object> arguments = items(pop(), "the arguments of a call");
        if (!(pop() instanceof PickleGlobal.Function function)) {
            throw new PickleException("only the functions on the list may be called");
        }
        push(PickleCalls.call(function, arguments));
    }

    /** An ordered dictionary's attributes, which torch uses for versions of modules. They are dropped. */
    private void build() {
        Object state = pop();
        if (!(top() instanceof Map) || !(state instanceof Map)) {
            throw new PickleException("only dictionaries may have attributes");
        }
    }

    private static Object storage(Object id) {
        List<Object> parts = items(id, "a storage's id");
        if (parts.size() == 5
                && "storage".equals(parts.getFirst())
                && parts.get(1) instanceof PickleGlobal.StorageClass type
                && parts.get(2) instanceof String key
                && parts.get(3) instanceof String
                && parts.get(4) instanceof Long count
                && count >= 0) {
            return new PickledTensor.Storage(type.dtype(), key, count);
        }
        throw new PickleException("expected a storage's id: its class, key, place and number of elements");
    }

    private void append(List<Object> items) {
        if (!(top() instanceof ArrayList<?>)) {
            throw new PickleException("only lists may be appended to");
        }
        list(top()).addAll(items);
    }

    private void setItems(List<Object> items) {
        if (!(top() instanceof LinkedHashMap<?, ?>) || items.size() % 2 != 0) {
            throw new PickleException("only dictionaries take pairs of keys and values");
        }
        PickleCalls.putAll(map(top()), items);
    }

    @SuppressWarnings("unchecked") // Every list on the stack was made here, of objects.
    private static List<Object> list(Object found) {
        return (List<Object>) found;
    }

    @SuppressWarnings("unchecked") // Every dictionary on the stack was made here, of objects.
    private static Map<Object, Object> map(Object found) {
        return (Map<Object, Object>) found;
    }

    /** {@return the items of a tuple} */
    static List<Object> items(Object found, String what) {
        if (found instanceof Tuple(List<Object> items)) {
            return items;
        }
        throw new PickleException("expected a tuple with " + what);
    }

    private void push(Object value) {
        stack.add(value);
    }

    private Object top() {
        if (stack.isEmpty()) {
            throw new PickleException("the stack is empty");
        }
        return stack.getLast();
    }

    private Object pop() {
        top();
        return stack.removeLast();
    }

    private List<Object> popSome(int count) {
        Object[] items = new Object[count];
        for (int i = count - 1; i >= 0; i--) {
            items[i] = pop();
        }
        return Arrays.asList(items);
    }

    private List<Object> popMarked() {
        if (marked.isEmpty()) {
            throw new PickleException("there is no mark");
        }
        List<Object> items = stack;
        stack = marked.removeLast();
        return items;
    }

    private Object recall(long index) {
        Object found = memo.get(index);
        if (found == null) {
            throw new PickleException("nothing was remembered as " + index);
        }
        return found;
    }

    private long longNumber(int count) {
        if (count > Long.BYTES) {
            throw new PickleException("a whole number of " + count + " bytes");
        }
        long number = 0;
        for (int i = 0; i < count; i++) {
            number |= (in.get() & 0xffL) << (Byte.SIZE * i);
        }
        int unused = Long.SIZE - Byte.SIZE * count;
        return count == 0 ? 0 : number << unused >> unused;
    }

    private String text(long count) throws CharacterCodingException {
        if (count > in.remaining()) {
            throw new PickleException("a text of " + count + " bytes, of which " + in.remaining() + " are there");
        }
        ByteBuffer bytes = in.slice(in.position(), (int) count);
        in.position(in.position() + (int) count);
        return StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
    }

    private String line() throws CharacterCodingException {
        int start = in.position();
        while (in.get() != '\n') {
            if (in.position() - start > LINE_BYTES_MAX) {
                throw new PickleException("a name of more than " + LINE_BYTES_MAX + " bytes");
            }
        }
        ByteBuffer bytes = in.slice(start, in.position() - 1 - start);
        return StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
    }
}
