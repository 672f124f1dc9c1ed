package dev.lockstep.backend.op;

/** The element-wise functions of one argument. */
public enum UnaryKind {
    NEG,
    ABS,
    SIGN,
    EXP,
    LOG,
    SQRT,
    RSQRT,
    RECIPROCAL,
    SQUARE,
    SIN,
    COS,
    TANH,
    SIGMOID,
    ERF,
    FLOOR,
    CEIL,
    RELU,
    /** Exact GELU: {@code x * (1 + erf(x / sqrt 2)) / 2}. */
    GELU,
    /** GELU by tanh: {@code x / 2 * (1 + tanh(sqrt(2 / pi) * (x + 0.044715 x^3)))}. */
    GELU_TANH,
    SILU,
    IS_NAN,
    IS_FINITE,
    LOGICAL_NOT;

    /** {@return whether the result is boolean whatever the argument's dtype} */
    public boolean isPredicate() {
        return this == IS_NAN || this == IS_FINITE || this == LOGICAL_NOT;
    }
}
