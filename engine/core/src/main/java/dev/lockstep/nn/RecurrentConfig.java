package dev.lockstep.nn;

/**
 * The options of recurrent networks.
 *
 * @param inputSize size of each element of the sequence
 * @param hiddenSize size of the state
 * @param layers how many layers stand on one another
 * @param bias whether biases are added
 * @param batchFirst whether sequences are [N, T, in] instead of [T, N, in]
 * @param dropout probability of what goes from layer to layer to be dropped while training
 * @param bidirectional whether each layer runs backwards as well, and gives both states side by side
 */
public record RecurrentConfig(
        int inputSize,
        int hiddenSize,
        int layers,
        boolean bias,
        boolean batchFirst,
        double dropout,
        boolean bidirectional) {
    /** Checks the numbers. */
    public RecurrentConfig {
        Checks.atLeast("recurrent network", "inputSize", inputSize, 1);
        Checks.atLeast("recurrent network", "hiddenSize", hiddenSize, 1);
        Checks.atLeast("recurrent network", "layers", layers, 1);
    }

    /** {@return these options with another number of layers} */
    public RecurrentConfig layers(int count) {
        return new RecurrentConfig(inputSize, hiddenSize, count, bias, batchFirst, dropout, bidirectional);
    }

    /** {@return these options with another choice of biases} */
    public RecurrentConfig bias(boolean wanted) {
        return new RecurrentConfig(inputSize, hiddenSize, layers, wanted, batchFirst, dropout, bidirectional);
    }

    /** {@return these options with the batch as the first or the second axis} */
    public RecurrentConfig batchFirst(boolean wanted) {
        return new RecurrentConfig(inputSize, hiddenSize, layers, bias, wanted, dropout, bidirectional);
    }

    /** {@return these options with another probability of dropping} */
    public RecurrentConfig dropout(double p) {
        return new RecurrentConfig(inputSize, hiddenSize, layers, bias, batchFirst, p, bidirectional);
    }

    /** {@return these options with another choice of running both ways} */
    public RecurrentConfig bidirectional(boolean wanted) {
        return new RecurrentConfig(inputSize, hiddenSize, layers, bias, batchFirst, dropout, wanted);
    }

    int directions() {
        return bidirectional ? 2 : 1;
    }
}
