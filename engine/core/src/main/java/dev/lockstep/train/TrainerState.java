package dev.lockstep.train;

import dev.lockstep.data.Cursor;
import dev.lockstep.module.StateDict;
import dev.lockstep.tensor.Tensor;
import dev.lockstep.tensor.Tensors;
import java.util.LinkedHashMap;
import java.util.SequencedMap;

/**
 * A trainer's state as one state dict, and back: each part under a prefix of its own. Immutable.
 *
 * @param model parameters and buffers, {@code model.NAME}
 * @param optimizer its state, {@code optimizer.NAME}; a schedule is a function of its steps
 * @param hook what the communication hook keeps of all virtual ranks, {@code hook.NAME}
 * @param progress how far training is, {@code trainer.NAME}
 */
record TrainerState(StateDict model, StateDict optimizer, StateDict hook, Progress progress) {
    private static final String MODEL = "model.";
    private static final String OPTIMIZER = "optimizer.";
    private static final String HOOK = "hook.";
    private static final String TRAINER = "trainer.";

    /**
     * How far training is, and what must not change on the way.
     *
     * @param steps training steps made
     * @param samples rows seen
     * @param cursor the batch that {@link Trainer#fit} takes next
     * @param virtualRanks V, 0 where it is not known yet
     * @param seed of the job's randomness
     */
    record Progress(long steps, long samples, Cursor cursor, int virtualRanks, long seed) {
        /**
         * Requires a job to be the one that came here; V 0 is not chosen yet and fits any.
         *
         * @throws IllegalArgumentException naming what differs, with the flag that makes it the same
         */
        void requireSameJob(long jobSeed, int jobVirtualRanks) {
            requireSame(seed == jobSeed, "seed " + seed, jobSeed, "--seed " + seed);
            requireSame(
                    jobVirtualRanks == 0 || virtualRanks == 0 || jobVirtualRanks == virtualRanks,
                    virtualRanks + " virtual ranks",
                    jobVirtualRanks,
                    "--virtual-ranks " + virtualRanks);
        }

        private static void requireSame(boolean same, String was, long now, String flag) {
            if (!same) {
                throw new IllegalArgumentException(
                        "trainer: the state is of a run with " + was + ", this one has " + now + ": run with " + flag);
            }
        }
    }

    /** {@return everything under its key} */
    StateDict toStateDict() {
        SequencedMap<String, Tensor> all = new LinkedHashMap<>();
        put(all, MODEL, model);
        put(all, OPTIMIZER, optimizer);
        put(all, HOOK, hook);
        put(all, "steps", progress.steps);
        put(all, "samples", progress.samples);
        put(all, "epoch", progress.cursor.epoch());
        put(all, "batch", progress.cursor.batch());
        put(all, "virtual_ranks", progress.virtualRanks);
        put(all, "seed", progress.seed);
        return new StateDict(all);
    }

    private static void put(SequencedMap<String, Tensor> all, String prefix, StateDict part) {
        part.tensors().forEach((key, tensor) -> all.put(prefix + key, tensor));
    }

    private static void put(SequencedMap<String, Tensor> all, String name, long number) {
        all.put(TRAINER + name, Tensors.tensor(number).squeeze());
    }

    /**
     * {@return the state that stands under the keys}
     *
     * @throws IllegalArgumentException naming a key that is missing, or none of a trainer's
     */
    static TrainerState of(StateDict all) {
        for (String key : all.keys()) {
            if (!key.startsWith(MODEL)
                    && !key.startsWith(OPTIMIZER)
                    && !key.startsWith(HOOK)
                    && !key.startsWith(TRAINER)) {
                throw new IllegalArgumentException("trainer: '" + key + "' is no key of a trainer's state; for weights"
                        + " alone call load of the model");
            }
        }
        Cursor cursor = new Cursor(number(all, "epoch"), Math.toIntExact(number(all, "batch")));
        int virtualRanks = Math.toIntExact(number(all, "virtual_ranks"));
        return new TrainerState(
                part(all, MODEL),
                part(all, OPTIMIZER),
                part(all, HOOK),
                new Progress(number(all, "steps"), number(all, "samples"), cursor, virtualRanks, number(all, "seed")));
    }

    private static StateDict part(StateDict all, String prefix) {
        SequencedMap<String, Tensor> part = new LinkedHashMap<>();
        all.tensors().forEach((key, tensor) -> {
            if (key.startsWith(prefix)) {
                part.put(key.substring(prefix.length()), tensor);
            }
        });
        return new StateDict(part);
    }

    private static long number(StateDict all, String name) {
        return all.get(TRAINER + name).itemLong();
    }
}
