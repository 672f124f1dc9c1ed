package dev.lockstep.launcher.toy;

import static dev.lockstep.tensor.Tensors.manualSeed;
import static dev.lockstep.tensor.Tensors.randn;

import dev.lockstep.data.Batch;
import dev.lockstep.data.DataLoader;
import dev.lockstep.data.TensorDataset;
import dev.lockstep.module.Layer;
import dev.lockstep.nn.Linear;
import dev.lockstep.optim.SGD;
import dev.lockstep.serialization.Safetensors;
import dev.lockstep.tensor.Tensor;
import dev.lockstep.train.CommHook;
import dev.lockstep.train.StepContext;
import dev.lockstep.train.Trainer;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Trains two layers for some steps, 120 in all, with a communication hook. The arguments: the hook, the last step, and
 * a file of the state, from which it goes on if it is there, and in which it leaves its own at the end if not.
 */
public final class HookedTraining {
    private static final int ROWS = 64;
    private static final int FEATURES = 8;
    private static final int HIDDEN = 16;
    private static final int EPOCHS = 30;

    private HookedTraining() {}

    private static final class Net extends Layer {
        private final Linear hidden = child("hidden", new Linear(FEATURES, HIDDEN));
        private final Linear output = child("output", new Linear(HIDDEN, 1));

        @Override
        public Tensor forward(Tensor x) {
            return output.call(hidden.call(x).relu());
        }
    }

    public static void main(String[] args) {
        manualSeed(3);
        Net net = new Net();
        TensorDataset points = new TensorDataset(randn(ROWS, FEATURES), randn(ROWS, 1));
        Trainer<Net> trainer =
                Trainer.of(net, new SGD(net.parameters(), o -> o.lr(0.05).momentum(0.9)));
        trainer.registerCommHook(hook(args[0]));
        Path state = Path.of(args.length > 2 ? args[2] : "none");
        boolean goesOn = Files.exists(state);
        if (goesOn) {
            trainer.loadStateDict(Safetensors.load(state));
        }
        DataLoader loader = DataLoader.of(points, o -> o.batchSize(16).shuffle(true));
        trainer.fit(loader, HookedTraining::loss, o -> o.epochs(EPOCHS).steps(Long.parseLong(args[1])));
        if (args.length > 2 && !goesOn) {
            trainer.saveState(state);
        }
    }

    private static CommHook hook(String name) {
        long start = name.equals("differing") ? 1 + Long.parseLong(System.getenv("LOCAL_RANK")) : 5;
        return name.equals("bf16")
                ? CommHook.bf16Compress()
                : CommHook.powerSgd(o -> o.startPowerSgdIter(start).minCompressionRate(1));
    }

    private static Tensor loss(Net net, Batch batch, StepContext context) {
        Tensor difference = net.call(batch.x()).sub(batch.y());
        return difference.mul(difference).mean();
    }
}
