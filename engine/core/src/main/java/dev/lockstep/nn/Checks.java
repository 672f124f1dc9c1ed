package dev.lockstep.nn;

/** Checks options at a layer's door and prints them as torch does. */
final class Checks {
    private Checks() {}

    static void atLeast(String layer, String option, long value, long least) {
        if (value < least) {
            throw new IllegalArgumentException(
                    layer + ": " + option + " is " + value + ", it must be at least " + least);
        }
    }

    static String python(boolean value) {
        return value ? "True" : "False";
    }

    /** Prints a number as Python does: 1e-05, 0.1. */
    static String number(double value) {
        String text = Double.toString(value);
        int exponent = text.indexOf('E');
        if (exponent < 0) {
            return text;
        }
        String digits = text.substring(0, exponent);
        String power = text.substring(exponent + 1);
        String mantissa = digits.endsWith(".0") ? digits.substring(0, digits.length() - 2) : digits;
        return mantissa + "e" + (power.startsWith("-") ? "-" : "+")
                + String.format("%02d", Math.abs(Integer.parseInt(power)));
    }

    static String pair(int first, int second) {
        return "(" + first + ", " + second + ")";
    }
}
