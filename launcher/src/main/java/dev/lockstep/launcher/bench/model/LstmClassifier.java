package dev.lockstep.launcher.bench.model;

import dev.lockstep.module.Layer;
import dev.lockstep.nn.LSTM;
import dev.lockstep.nn.Linear;
import dev.lockstep.tensor.Tensor;

/** Classifies sequences by the last output of an LSTM: [N, T, 64] to [N, 10]. */
public final class LstmClassifier extends Layer {
    private final LSTM lstm = child("lstm", new LSTM(64, 256, o -> o.batchFirst(true)));
    private final Linear classifier = child("classifier", new Linear(256, 10));

    /** Makes the model. */
    public LstmClassifier() {}

    @Override
    public Tensor forward(Tensor x) { // [N, T, 64]
        Tensor out = lstm.call(x).out(); // [N, T, 256]
        return classifier.call(out.select(1, out.size(1) - 1)); // [N, 10]
    }
}
