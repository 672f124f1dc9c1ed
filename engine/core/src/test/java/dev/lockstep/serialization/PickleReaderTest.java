package dev.lockstep.serialization;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lockstep.serialization.PickleReader.PickleException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Pickles written by hand: letters stand for themselves, what is in angle brackets is hexadecimal. */
class PickleReaderTest {
    private static byte[] bytes(String pickle) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < pickle.length(); i++) {
            if (pickle.charAt(i) == '<') {
                int end = pickle.indexOf('>', i);
                byte[] raw = HexFormat.of().parseHex(pickle.substring(i + 1, end));
                text.append(new String(raw, StandardCharsets.ISO_8859_1));
                i = end;
            } else {
                text.append(pickle.charAt(i));
            }
        }
        return text.toString().getBytes(StandardCharsets.ISO_8859_1);
    }

    private static Object read(String pickle) {
        byte[] bytes = bytes(pickle);
        return new PickledObjects(4L * bytes.length, tensor -> tensor).convert(new PickleReader(bytes).read());
    }

    @Test
    void makesNumbersTextsAndContainers() {
        assertEquals(-2L, read("<8002>J<feffffff>."));
        assertEquals(-2L, read("<8a>" + "<01>" + "<fe>."));
        assertEquals(1L << 40, read("<8a06>" + "<000000000001>."));
        assertEquals(0L, read("<8a00>."));
        assertEquals(65535L, read("M<ffff>."));
        assertEquals(0.5, read("G<3fe0000000000000>."));
        assertEquals("\u00e9", read("X<02000000c3a9>."));
        assertEquals(List.of(1L, List.of(true, false), Optional.empty()), read("](K<01><8889>" + "<86>Ne."));
        assertEquals(Map.of("a", 1L, 2L, "a"), read("}(X<01000000>aq<05>K<01>K<02>h<05>u."));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
        cos~system~(X<02000000>lstR.   | 'os.system' is not allowed
        cbuiltins~eval~.               | 'builtins.eval' is not allowed
        ctorch~load~.                  | 'torch.load' is not allowed
        ios~system~.                   | instruction 69 is not allowed
        <9300>.                        | instruction 93 is not allowed
        )<81>.                         | instruction 81 is not allowed
        P1~.                           | instruction 50 is not allowed
        K<01>)R.                       | only the functions on the list may be called
        ctorch~float32~)R.             | only the functions on the list may be called
        ccollections~OrderedDict~K<01>R. | expected a tuple with the arguments
        K<01>}b.                       | only dictionaries may have attributes
        K<01>Q.                        | expected a tuple with a storage's id
        X<07000000>storage<85>Q.       | expected a storage's id
        K<01>K<02>a.                   | only lists may be appended to
        ]K<01>K<01>s.                  | only dictionaries take pairs
        }(K<01>u.                      | only dictionaries take pairs
        }])s.                          | neither a text nor a whole number
        }(K<01>K<01>K<01>K<02>u.       | key '1' twice
        X<ffffff7f>a.                  | a text of 2147483647 bytes, of which 2 are there
        X<ffffffff>a.                  | a text of 4294967295 bytes
        <8a09000000000000000000>.      | a whole number of 9 bytes
        h<05>.                         | nothing was remembered as 5
        .                              | the stack is empty
        t.                             | there is no mark
        K                              | ends in the middle of an instruction
        K<01>                          | ends in the middle of an instruction
        ctorch~FloatStorage~.          | a storage or function stands where a value should
        """)
    void refuses(String pickle, String part) {
        var error = assertThrows(
                PickleException.class, () -> read(pickle.replace('~', '\n').replace(" ", "")));
        assertTrue(error.getMessage().contains(part), error.getMessage());
    }

    @Test
    void refusesObjectsThatUnfoldWithoutBound() {
        StringBuilder laughs = new StringBuilder("](K<01>K<01>K<01>K<01>eq<00>");
        for (int level = 1; level < 40; level++) {
            String before = String.format("h<%02x>", level - 1);
            laughs.append("](").append(before.repeat(8)).append("e").append(String.format("q<%02x>", level));
        }
        var error = assertThrows(PickleException.class, () -> read(laughs + "."));
        assertTrue(error.getMessage().contains("unfold to more"), error.getMessage());
    }

    @Test
    void refusesAListThatHoldsItself() {
        assertThrows(PickleException.class, () -> read("]q<00>h<00>a."));
    }

    private static String tensor(int count, int offset, List<Integer> sizes, List<Integer> strides) {
        List<String> parts = new ArrayList<>(List.of("ctorch._utils\n_rebuild_tensor_v2\n((X<07000000>storage"));
        parts.add("ctorch\nFloatStorage\nX<01000000>0X<03000000>cpuK" + String.format("<%02x>", count) + "tQ");
        parts.add("K" + String.format("<%02x>", offset));
        for (List<Integer> numbers : List.of(sizes, strides)) {
            parts.add("(");
            numbers.forEach(number -> parts.add("J" + String.format("<%08x>", Integer.reverseBytes(number))));
            parts.add("t");
        }
        return String.join("", parts) + "<89>}tR.";
    }

    @Test
    void checksTensorsAgainstTheirStorage() {
        PickledTensor fits = (PickledTensor) read(tensor(6, 0, List.of(2, 3), List.of(3, 1)));
        assertEquals(6, fits.storage().count());
        assertEquals(
                List.of(3L, 1L),
                java.util.Arrays.stream(fits.layout().strides()).boxed().toList());
        read(tensor(6, 5, List.of(), List.of()));
        read(tensor(0, 0, List.of(0, 7), List.of(7, 1)));
        for (String wrong : List.of(
                tensor(6, 1, List.of(2, 3), List.of(3, 1)),
                tensor(6, 7, List.of(), List.of()),
                tensor(6, 0, List.of(2, 3), List.of(3)),
                tensor(6, 0, List.of(-2), List.of(1)),
                tensor(6, 0, List.of(2), List.of(-1)),
                tensor(6, 0, List.of(7), List.of(0)),
                tensor(6, 0, List.of(0x7fffffff, 0x7fffffff, 0x7fffffff), List.of(0, 0, 0)),
                tensor(6, 0, List.of(2, 2), List.of(0x7fffffff, 1)))) {
            assertThrows(PickleException.class, () -> read(wrong));
        }
    }
}
