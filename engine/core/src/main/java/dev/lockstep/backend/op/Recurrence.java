package dev.lockstep.backend.op;

/**
 * One step of a recurrent cell, all that happens to its numbers between two products. N is the batch, H the size of the
 * state; gates lie side by side in a row, in the order i f g o.
 */
public sealed interface Recurrence extends Op {
    /**
     * One step of an LSTM (Hochreiter and Schmidhuber 1997): (z [N, 4 H] from the state, x [N, 4 H] from the input, c
     * [N, H]) to (h [N, H], c' [N, H], gates [N, 4 H], s [N, H]). With {@code i, f, o = sigmoid(z + x), g = tanh(z +
     * x)}: {@code c' = f c + i g, s = tanh(c'), h = o s}. The bits are those of these operations one by one.
     */
    record LstmCell() implements Recurrence {}

    /**
     * Gradient of {@link LstmCell}: (the gradients of h from outside and from the next step [N, H], that of c' [N, H],
     * gates [N, 4 H], c [N, H], s [N, H]) to (that of z and x [N, 4 H], that of c [N, H]). The bits are those of its
     * operations one by one: {@code all = outside + next, cell = dc' + tanhGrad(s, all o)}, then {@code sigmoidGrad(i,
     * cell g), sigmoidGrad(f, cell c), tanhGrad(g, cell i), sigmoidGrad(o, all s)}, and {@code cell f}.
     */
    record LstmCellGrad() implements Recurrence {}
}
