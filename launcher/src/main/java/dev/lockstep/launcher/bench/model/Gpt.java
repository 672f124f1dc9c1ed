package dev.lockstep.launcher.bench.model;

import dev.lockstep.module.Layer;
import dev.lockstep.nn.Embedding;
import dev.lockstep.nn.Init;
import dev.lockstep.nn.LayerNorm;
import dev.lockstep.nn.Linear;
import dev.lockstep.nn.ModuleList;
import dev.lockstep.tensor.Tensor;
import java.util.stream.Stream;

/**
 * A small GPT over characters (Radford et al. 2019): learned positions, pre-norm blocks, a head of its own without
 * bias. I64 [N, context] to logits [N, context, vocabulary].
 */
public final class Gpt extends Layer {
    private final Embedding tokens;
    private final Embedding positions;
    private final ModuleList<GptBlock> blocks;
    private final LayerNorm norm;
    private final Linear head;

    /**
     * The sizes.
     *
     * @param vocabulary how many tokens there are
     * @param context how many tokens a row has
     * @param width size of a token's vector, a multiple of the heads
     * @param heads heads of each attention
     * @param layers how many blocks
     */
    public record Config(int vocabulary, int context, int width, int heads, int layers) {
        /** 4 blocks of width 128 over 128 characters out of 65: 826,368 parameters. */
        public static final Config BENCHMARK = new Config(65, 128, 128, 4, 4);
    }

    /** Makes a model. */
    public Gpt(Config config) {
        int width = config.width();
        this.tokens = child("tokens", new Embedding(config.vocabulary(), width));
        this.positions = child("positions", new Embedding(config.context(), width));
        this.blocks = child(
                "blocks",
                new ModuleList<>(Stream.generate(() -> new GptBlock(width, config.heads()))
                        .limit(config.layers())
                        .toList()));
        this.norm = child("norm", new LayerNorm(width));
        this.head = child("head", new Linear(width, config.vocabulary(), o -> o.bias(false)));
        Init.normal_(tokens.weight(), 0, 0.02);
        Init.normal_(positions.weight(), 0, 0.02);
    }

    @Override
    public Tensor forward(Tensor index) { // [N, T]
        Tensor x = tokens.call(index).add(positions.weight()); // [N, T, width]
        for (GptBlock block : blocks) {
            x = block.call(x);
        }
        return head.call(norm.call(x)); // [N, T, vocabulary]
    }
}
