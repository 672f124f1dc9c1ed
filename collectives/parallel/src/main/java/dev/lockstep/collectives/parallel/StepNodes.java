package dev.lockstep.collectives.parallel;

import dev.lockstep.backend.Value;
import dev.lockstep.train.NodeSum;
import dev.lockstep.train.ReductionPlan;
import java.lang.foreign.ValueLayout;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Describes node sums for a step's header. */
final class StepNodes {
    private StepNodes() {}

    /** {@return the descriptions of several nodes, in order} */
    static List<StepHeader.Node> describe(ReductionPlan plan, List<NodeSum> sums) {
        return sums.stream().map(sum -> describe(plan, sum)).toList();
    }

    /** {@return what a header says of one node; tensors that are not summed go along whole} */
    static StepHeader.Node describe(ReductionPlan plan, NodeSum sum) {
        BitSet present = new BitSet(sum.count());
        Map<Integer, byte[]> carried = new TreeMap<>();
        for (int i = 0; i < sum.count(); i++) {
            Value value = sum.tensor(i);
            if (value != null) {
                present.set(i);
                if (!plan.tensors().get(i).dtype().isFloating()) {
                    carried.put(i, StepReduction.memory(value).toArray(ValueLayout.JAVA_BYTE));
                }
            }
        }
        return new StepHeader.Node(sum.node(), present, sum.scalars(), carried);
    }
}
