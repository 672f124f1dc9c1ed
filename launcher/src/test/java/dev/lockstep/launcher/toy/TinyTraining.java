package dev.lockstep.launcher.toy;

import static dev.lockstep.tensor.Tensors.manualSeed;

import dev.lockstep.data.Batch;
import dev.lockstep.data.DataLoader;
import dev.lockstep.data.TensorDataset;
import dev.lockstep.nn.Linear;
import dev.lockstep.optim.SGD;
import dev.lockstep.tensor.Tensor;
import dev.lockstep.tensor.Tensors;
import dev.lockstep.train.StepContext;
import dev.lockstep.train.Trainer;

/** Fits a line to 64 points: a few milliseconds of training. The argument is the learning rate. */
public final class TinyTraining {
    private static final int POINTS = 64;

    private TinyTraining() {}

    public static void main(String[] args) {
        manualSeed(3);
        float[] x = new float[POINTS * 2];
        float[] y = new float[POINTS];
        for (int i = 0; i < POINTS; i++) {
            x[2 * i] = i / (float) POINTS;
            x[2 * i + 1] = (i * 7 % POINTS) / (float) POINTS;
            y[i] = 2 * x[2 * i] - x[2 * i + 1] + 0.5f;
        }
        TensorDataset points = new TensorDataset(Tensors.of(x, POINTS, 2), Tensors.of(y, POINTS, 1));
        double learningRate = args.length > 0 ? Double.parseDouble(args[0]) : 0.1;
        Linear line = new Linear(2, 1);
        Trainer<Linear> trainer = Trainer.of(line, new SGD(line.parameters(), o -> o.lr(learningRate)));
        DataLoader loader = DataLoader.of(points, o -> o.batchSize(16).shuffle(true));
        trainer.fit(loader, TinyTraining::loss, o -> o.epochs(10));
    }

    private static Tensor loss(Linear line, Batch batch, StepContext context) {
        Tensor difference = line.call(batch.x()).sub(batch.y());
        return difference.mul(difference).mean();
    }
}
