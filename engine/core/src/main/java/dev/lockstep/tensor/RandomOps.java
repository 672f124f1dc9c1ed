package dev.lockstep.tensor;

import dev.lockstep.backend.op.Creation.Arange;
import dev.lockstep.backend.op.Sampling.Normal;
import dev.lockstep.backend.op.Sampling.Uniform;
import dev.lockstep.device.Device;
import dev.lockstep.layout.DType;
import dev.lockstep.layout.Shape;

/** Creation that takes more than one line: random tensors of either world, counting, conversion. */
final class RandomOps {
    private RandomOps() {}

    static Tensor rand(long... sizes) {
        if (RandomSource.isInStep()) {
            Uniform op = new Uniform(
                    Shape.of(sizes), DType.F32, CurrentRandom.source().next());
            return Engine.create(Device.CPU, op);
        }
        return rand(Generator.defaultGenerator(), sizes);
    }

    static Tensor rand(Generator generator, long... sizes) {
        float[] numbers = new float[Math.toIntExact(Shape.of(sizes).elements())];
        generator.fillUniform(numbers);
        return Tensors.of(numbers, sizes);
    }

    static Tensor randn(long... sizes) {
        if (RandomSource.isInStep()) {
            Normal op = new Normal(
                    Shape.of(sizes), DType.F32, CurrentRandom.source().next());
            return Engine.create(Device.CPU, op);
        }
        return randn(Generator.defaultGenerator(), sizes);
    }

    static Tensor randn(Generator generator, long... sizes) {
        float[] numbers = new float[Math.toIntExact(Shape.of(sizes).elements())];
        generator.fillNormal(numbers);
        return Tensors.of(numbers, sizes);
    }

    static Tensor randint(Generator generator, long low, long high, long... sizes) {
        long[] numbers = new long[Math.toIntExact(Shape.of(sizes).elements())];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = generator.nextLong(low, high);
        }
        return Tensors.of(numbers, sizes);
    }

    static Tensor arange(DType dtype, double start, double end, double step) {
        if (step == 0 || Double.isNaN(step)) {
            throw Engine.wrong("arange: step " + step + " leads nowhere");
        }
        long count = Math.max(0, (long) Math.ceil((end - start) / step));
        return Engine.create(Device.CPU, new Arange(count, dtype, start, step));
    }

    static Tensor matrix(float[][] rows) {
        int columns = rows.length == 0 ? 0 : rows[0].length;
        float[] elements = new float[rows.length * columns];
        for (int i = 0; i < rows.length; i++) {
            if (rows[i].length != columns) {
                throw Engine.wrong("tensor: row " + i + " has " + rows[i].length + " elements, row 0 has " + columns);
            }
            System.arraycopy(rows[i], 0, elements, i * columns, columns);
        }
        return Tensors.of(elements, rows.length, columns);
    }

    /** Converts and closes the original. */
    static Tensor converted(Tensor wide, DType dtype) {
        if (wide.dtype() == dtype) {
            return wide;
        }
        try (wide) {
            return wide.to(dtype);
        }
    }
}
