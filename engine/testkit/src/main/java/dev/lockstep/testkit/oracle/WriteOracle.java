package dev.lockstep.testkit.oracle;

import dev.lockstep.tensor.Tensor;
import dev.lockstep.tensor.Tensors;
import java.util.List;

/** Writes in place through views, x [3, 4] and v [4]. */
final class WriteOracle {
    private WriteOracle() {}

    static void addTo(OracleFunctions table) {
        table.binary("write.scaled", WriteOracle::scaled)
                .many("write.seen.later", in -> seenLater(in.get(0), in.get(1)))
                .many("write.overlapping", in -> overlapping(in.get(0), in.get(1)))
                .binary("write.filled", WriteOracle::filled)
                .many("write.of.views", in -> ofViews(in.get(0), in.get(1)))
                .binary("write.rows", WriteOracle::rows)
                .binary("write.strided", WriteOracle::strided);
    }

    private static Tensor scaled(Tensor x, Tensor v) {
        Tensor y = x.clone();
        y.select(0, 1).mul_(v);
        return y.mul(y);
    }

    private static List<Tensor> seenLater(Tensor x, Tensor v) {
        Tensor y = x.clone();
        Tensor part = y.narrow(1, 1, 2);
        y.mul_(v);
        return List.of(part.mul(part), part.add(1L));
    }

    private static List<Tensor> overlapping(Tensor x, Tensor v) {
        Tensor y = x.clone();
        Tensor rows = y.narrow(0, 0, 2);
        Tensor columns = y.narrow(1, 0, 2);
        rows.mul_(v);
        columns.add_(rows.select(0, 0).select(0, 2));
        return List.of(y, rows, columns.mul(columns));
    }

    private static Tensor filled(Tensor x, Tensor v) {
        Tensor y = x.mul(x);
        y.select(1, 0).fill_(3);
        y.select(0, 2).copy_(v.narrow(0, 0, 4).mul(2L));
        return y.mul(y);
    }

    private static List<Tensor> ofViews(Tensor x, Tensor v) {
        Tensor y = x.clone();
        Tensor part = y.transpose(0, 1).narrow(0, 1, 2);
        part.select(1, 1).mul_(v.select(0, 0));
        part.div_(x.select(0, 0).select(0, 0).add(3L));
        return List.of(y.mul(y), part);
    }

    private static Tensor rows(Tensor x, Tensor v) {
        Tensor y = Tensors.zeros(x.dtype(), 4, 3);
        for (int i = 0; i < 4; i++) {
            Tensor factor = i == 0 ? v.select(0, 0) : y.select(0, i - 1).clone();
            y.select(0, i).copy_(x.select(1, i).mul(factor));
        }
        return y;
    }

    private static Tensor strided(Tensor x, Tensor v) {
        Tensor y = x.clone();
        y.diagonal().add_(v.select(0, 0));
        y.slice(0, 0, 3, 2).slice(1, 0, 4, 3).sub_(v.select(0, 1));
        return y.mul(y);
    }
}
