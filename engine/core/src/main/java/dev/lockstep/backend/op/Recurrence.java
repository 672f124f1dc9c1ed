package dev.lockstep.backend.op;

/**
 * Recurrent cells: one step, which is all that happens to the numbers between two products, or T of them. N is the
 * batch, H the size of the state; gates lie side by side in a row, in the order i f g o.
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

    /**
     * An LSTM over time: (x [T, N, 4 H] from the input, h [N, H], c [N, H], weight [4 H, H], bias [4 H]) to (h [T + 1,
     * N, H], c [T + 1, N, H], gates [T, N, 4 H], s [T, N, H]), T at least 1. States include the first. Step t is
     * {@link LstmCell} of (h_t W^T + bias, x_t, c_t); the products are free in the order of their sums.
     */
    record LstmScan() implements Recurrence {}

    /**
     * Gradient of {@link LstmScan} as far as it goes back in time: (dh [T, N, H] of the states after the first, dc [N,
     * H] of the last cell, weight [4 H, H], gates [T, N, 4 H], c [T + 1, N, H], s [T, N, H]) to (dx [T, N, 4 H], dh [N,
     * H] and dc [N, H] of the first state). Step t is {@link LstmCellGrad}, then a product of its gates' gradient with
     * the weight. From dx come the gradients of weight and bias, sums over all steps.
     */
    record LstmScanGrad() implements Recurrence {}
}
