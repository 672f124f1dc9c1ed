package dev.lockstep.tensor;

import dev.lockstep.autograd.AutogradBackend;
import dev.lockstep.backend.Backends;
import dev.lockstep.backend.Value;
import dev.lockstep.backend.batching.BatchingBackend;
import dev.lockstep.backend.op.Op;
import dev.lockstep.backend.op.Shaping;
import dev.lockstep.backend.op.Update;
import dev.lockstep.device.Device;
import java.lang.ref.Reference;

/** Runs ops for tensors: on the backend of their device, through autograd, with the module's path in every error. */
final class Engine {
    private Engine() {}

    /** Executes an op of one output. */
    static Tensor run(Op op, Tensor... inputs) {
        Tensor result = Tensor.wrap(execute(inputs[0].device(), op, inputs)[0]);
        if (op instanceof Shaping.View && !(op instanceof Shaping.Detach)) {
            result.seeInto(inputs[0]);
        }
        return result;
    }

    /** Executes an op and wraps all its outputs, in the current scope. */
    static Tensor[] runAll(Op op, Tensor... inputs) {
        Value[] outputs = execute(inputs.length == 0 ? Device.CPU : inputs[0].device(), op, inputs);
        Tensor[] tensors = new Tensor[outputs.length];
        for (int i = 0; i < outputs.length; i++) {
            tensors[i] = Tensor.wrap(outputs[i]);
        }
        return tensors;
    }

    /** Executes an op that makes a tensor on a device. */
    static Tensor create(Device device, Op op) {
        return Tensor.wrap(execute(device, op)[0]);
    }

    /** Executes an in-place op. */
    static void update(Update op, Tensor... inputs) {
        execute(inputs[0].device(), op, inputs);
    }

    static boolean supports(Device device, Op op) {
        return backend(device).supports(op);
    }

    /** Makes an axis non-negative, or says which op got a wrong one. */
    static int axis(String op, Tensor x, int axis) {
        int normal = axis < 0 ? axis + x.rank() : axis;
        if (normal < 0 || normal >= x.rank()) {
            throw wrong(op + ": axis " + axis + " is out of range for shape " + x.shape());
        }
        return normal;
    }

    /** {@return an error about arguments, with the path of the module in which they were given} */
    static IllegalArgumentException wrong(String message) {
        String path = CallPath.current();
        return new IllegalArgumentException(path.isEmpty() ? message : message + " (in " + path + ")");
    }

    private static Value[] execute(Device device, Op op, Tensor... inputs) {
        Value[] values = new Value[inputs.length];
        for (int i = 0; i < inputs.length; i++) {
            values[i] = inputs[i].value();
        }
        try {
            return backend(device).execute(op, values);
        } catch (IllegalArgumentException wrong) {
            String path = CallPath.current();
            if (path.isEmpty()) {
                throw wrong;
            }
            throw new IllegalArgumentException(wrong.getMessage() + " (in " + path + ")", wrong);
        } finally {
            Reference.reachabilityFence(inputs); // A kernel sees addresses only; a forgotten input must outlive it.
        }
    }

    /** {@return the recording backend of a device; neither it nor the one that batches has a state of its own} */
    static AutogradBackend backend(Device device) {
        return new AutogradBackend(new BatchingBackend(Backends.of(device)));
    }
}
