package dev.lockstep.testkit.oracle;

import dev.lockstep.module.Layer;
import dev.lockstep.nn.Embedding;
import dev.lockstep.nn.LSTM;
import dev.lockstep.nn.LayerNorm;
import dev.lockstep.nn.Linear;
import dev.lockstep.nn.ModuleList;
import dev.lockstep.nn.MultiheadAttention;
import dev.lockstep.nn.TransformerEncoder;
import dev.lockstep.tensor.Tensor;
import dev.lockstep.tensor.Tensors;
import java.util.List;

/** Models of sequences of tokens as a user writes them, small enough for a test. */
final class SmallTextModels {
    private static final int TOKENS = 11;
    private static final int LENGTH = 6;
    private static final int DIM = 8;

    private SmallTextModels() {}

    /** Two layers of LSTM over embedded tokens [T, N]. */
    static final class Words extends Layer {
        private final Embedding embedding = child("embedding", new Embedding(TOKENS, 6));
        private final LSTM lstm = child("lstm", new LSTM(6, DIM, o -> o.layers(2)));
        private final Linear head = child("head", new Linear(DIM, TOKENS));

        @Override
        public Tensor forward(Tensor tokens) {
            return head.call(lstm.call(embedding.call(tokens)).out()).flatten(0, 1);
        }
    }

    /** A block of a GPT, norms before the parts. */
    private static final class Part extends Layer {
        private final LayerNorm ln1 = child("ln1", new LayerNorm(DIM));
        private final MultiheadAttention attn = child("attn", new MultiheadAttention(DIM, 2, o -> o.causal(true)));
        private final LayerNorm ln2 = child("ln2", new LayerNorm(DIM));
        private final Linear fc1 = child("fc1", new Linear(DIM, 2 * DIM));
        private final Linear fc2 = child("fc2", new Linear(2 * DIM, DIM));

        @Override
        public Tensor forward(Tensor x) {
            Tensor seen = x.add(attn.call(ln1.call(x)));
            return seen.add(fc2.call(fc1.call(ln2.call(seen)).gelu()));
        }
    }

    /** A GPT over tokens [N, T]. */
    static final class Gpt extends Layer {
        private final Embedding tokens = child("tokens", new Embedding(TOKENS, DIM));
        private final Embedding places = child("places", new Embedding(LENGTH, DIM));
        private final ModuleList<Part> blocks = child("blocks", new ModuleList<>(List.of(new Part(), new Part())));
        private final LayerNorm norm = child("norm", new LayerNorm(DIM));
        private final Linear head = child("head", new Linear(DIM, TOKENS, o -> o.bias(false)));

        @Override
        public Tensor forward(Tensor x) {
            Tensor y = tokens.call(x).add(places.call(Tensors.arange(x.size(1))));
            for (Part block : blocks) {
                y = block.call(y);
            }
            return head.call(norm.call(y)).flatten(0, 1);
        }
    }

    /** An encoder over tokens [N, T], as in BERT, with a classifier on the mean. */
    static final class Encoder extends Layer {
        private final Embedding tokens = child("tokens", new Embedding(TOKENS, DIM));
        private final Embedding places = child("places", new Embedding(LENGTH, DIM));
        private final TransformerEncoder encoder = child(
                "encoder",
                new TransformerEncoder(2, DIM, 2, false, o -> o.hidden(12).dropout(0)));
        private final Linear head = child("head", new Linear(DIM, 3));

        @Override
        public Tensor forward(Tensor x) {
            Tensor y = encoder.call(tokens.call(x).add(places.call(Tensors.arange(x.size(1)))));
            return head.call(y.mean(1));
        }
    }
}
