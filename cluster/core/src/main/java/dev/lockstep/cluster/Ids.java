package dev.lockstep.cluster;

import java.util.regex.Pattern;

/** Checks the identifiers of this package. */
final class Ids {

    private static final Pattern HEX_128 = Pattern.compile("[0-9a-f]{32}");

    private Ids() {}

    static void requireHex128(String what, String value) {
        if (!HEX_128.matcher(value).matches()) {
            throw new IllegalArgumentException(
                    what + ": '" + value + "' is not 32 lower-case hexadecimal digits (128 bits)");
        }
    }

    static String shortForm(String hex) {
        return hex.substring(0, 8);
    }
}
