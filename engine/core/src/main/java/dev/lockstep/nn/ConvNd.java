package dev.lockstep.nn;

import dev.lockstep.layout.Shape;
import dev.lockstep.module.Layer;
import dev.lockstep.tensor.ConvOptions;
import dev.lockstep.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** A layer with a kernel that moves over sequences, images or volumes: what convolutions have in common. */
abstract sealed class ConvNd extends Layer permits Conv1d, Conv2d, Conv3d, ConvTranspose1d, ConvTranspose2d {
    private final ConvConfig config;
    private final int axes;
    private final Tensor weight;
    private final @Nullable Tensor bias;

    /**
     * Draws the state from U(-1/sqrt(n), 1/sqrt(n)), n the elements of the weight's first row.
     *
     * @param axes how many the kernel moves along, 1 to 3
     * @param rows the first axis of the weight
     * @param columns the second one, before it is divided into groups
     */
    ConvNd(ConvConfig config, int axes, int rows, int columns) {
        this.config = config;
        this.axes = axes;
        Shape shape = shape(rows, columns / config.movement().groups());
        this.weight = param("weight", Init.linearWeight(shape));
        this.bias = config.bias()
                ? param("bias", Init.linearBias(Shape.of(config.outChannels()), Init.fanIn(shape)))
                : null;
    }

    private Shape shape(int rows, int columns) {
        int height = config.kernelH();
        int width = config.kernelW();
        return switch (axes) {
            case 1 -> Shape.of(rows, columns, width);
            case 2 -> Shape.of(rows, columns, height, width);
            default -> Shape.of(rows, columns, width, height, width);
        };
    }

    /** {@return the options} */
    public final ConvConfig config() {
        return config;
    }

    /** {@return the weight} */
    public final Tensor weight() {
        return weight;
    }

    /** {@return the bias, [out]; null if there is none} */
    public final @Nullable Tensor bias() {
        return bias;
    }

    @Override
    protected final String description() {
        ConvOptions movement = config.movement();
        StringBuilder text = new StringBuilder();
        text.append(config.inChannels()).append(", ").append(config.outChannels());
        text.append(", kernel_size=").append(tuple(config.kernelH(), config.kernelW()));
        text.append(", stride=").append(tuple(movement.strideH(), movement.strideW()));
        text.append(movement.same() ? ", padding=same" : unless(0, "padding", movement.padH(), movement.padW()));
        text.append(unless(1, "dilation", movement.dilationH(), movement.dilationW()));
        text.append(unless(0, "output_padding", config.outputPadding(), config.outputPadding()));
        text.append(movement.groups() > 1 ? ", groups=" + movement.groups() : "");
        return text.append(config.bias() ? "" : ", bias=False").toString();
    }

    private String unless(int usual, String option, int rows, int columns) {
        boolean said = columns != usual || (axes > 1 && rows != usual);
        return said ? ", " + option + "=" + tuple(rows, columns) : "";
    }

    private String tuple(int rows, int columns) {
        return switch (axes) {
            case 1 -> "(" + columns + ",)";
            case 2 -> Checks.pair(rows, columns);
            default -> "(" + columns + ", " + rows + ", " + columns + ")";
        };
    }
}
