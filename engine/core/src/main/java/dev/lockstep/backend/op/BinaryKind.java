package dev.lockstep.backend.op;

/** The element-wise functions of two arguments of one dtype, broadcast against each other. */
public enum BinaryKind {
    ADD,
    SUB,
    MUL,
    DIV,
    POW,
    MAXIMUM,
    MINIMUM,
    /** 1 where equal; boolean, as all comparisons. */
    EQ,
    NE,
    LT,
    LE,
    GT,
    GE,
    LOGICAL_AND,
    LOGICAL_OR,
    /** Gradient of RELU: (y, g) to {@code y > 0 ? g : 0}; y is the result (or the argument). */
    RELU_GRAD,
    /** Gradient of TANH: (y, g) to {@code g * (1 - y^2)}. */
    TANH_GRAD,
    /** Gradient of SIGMOID: (y, g) to {@code g * y * (1 - y)}. */
    SIGMOID_GRAD,
    /** Gradient of GELU: (x, g). */
    GELU_GRAD,
    /** Gradient of GELU_TANH: (x, g). */
    GELU_TANH_GRAD,
    /** Gradient of SILU: (x, g). */
    SILU_GRAD;

    /** {@return whether the result is boolean} */
    public boolean isPredicate() {
        return ordinal() >= EQ.ordinal() && ordinal() <= LOGICAL_OR.ordinal();
    }
}
