package dev.lockstep.collectives.parallel;

import dev.lockstep.collectives.parallel.Formation.Formed;
import dev.lockstep.train.GradientReducer.Contributions;
import dev.lockstep.train.NodeSum;
import dev.lockstep.train.ReductionPlan;
import java.util.ArrayList;
import java.util.List;

/**
 * One step whose buckets go one after the other: before each, all workers say what they have of it; with the last,
 * which is complete when everything is, go the scalars. The collectives come in the same order on all workers, however
 * many of them were started early. Confined to one thread at a time.
 */
final class DividedStep implements AutoCloseable {
    private final Formed formed;
    private final ReductionPlan plan;
    private final List<BucketLayout.Bucket> buckets;
    private final StepSum sum;
    private final Header header;
    private final Contributions contributions;
    private final List<NodeSum> mine = new ArrayList<>();

    /** Makes a step's headers known to all workers and checks them. */
    @FunctionalInterface
    interface Header {
        /** {@return what all workers say of these nodes} */
        HeaderFold exchange(List<StepHeader.Node> nodes);
    }

    DividedStep(
            Formed formed, ReductionPlan plan, StepReduction reduction, Header header, Contributions contributions) {
        this.formed = formed;
        this.plan = plan;
        this.buckets = reduction.buckets();
        this.sum = reduction.begin(formed.group());
        this.header = header;
        this.contributions = contributions;
    }

    /** {@return the number of the next bucket to start} */
    int next() {
        return sum.started();
    }

    /** {@return whether that one may be started before the step is complete} */
    boolean mayStart() {
        return next() < buckets.size() - 1;
    }

    /** Starts the next bucket; waits for the other workers to say what they have of it. */
    void start() {
        startNext();
    }

    private HeaderFold startNext() {
        int bucket = next();
        List<NodeSum> nodes = contributions.cover(bucket, formed.mine());
        mine.addAll(nodes);
        HeaderFold fold = header.exchange(StepNodes.describe(plan, nodes));
        sum.start(buckets.get(bucket), fold, nodes);
        return fold;
    }

    /** {@return the whole sum, once all contributions are there; owned by the caller} */
    NodeSum finish() {
        while (mayStart()) {
            start();
        }
        return sum.finish(startNext());
    }

    /** Lets go of all memory. Before the end it gives the group up. */
    @Override
    public void close() {
        sum.close();
        mine.forEach(NodeSum::close);
    }
}
