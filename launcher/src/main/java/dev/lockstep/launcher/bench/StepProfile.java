package dev.lockstep.launcher.bench;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lockstep.backend.Backend;
import dev.lockstep.backend.Backends;
import dev.lockstep.backend.ProfilingBackend;
import dev.lockstep.backend.ProfilingBackend.Line;
import dev.lockstep.backend.fusion.FusingBackend;
import dev.lockstep.device.Device;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongSupplier;

/**
 * Where the time of a step goes: ops by name, and the dearest ones by shape. Times are added over threads. What no op
 * accounts for is the work beside the ops: gathering, graph, scopes, sums.
 */
public final class StepProfile {
    private static final int SHAPES_SHOWN = 25;

    private final ProfilingBackend backend;
    private int steps;
    private long nanos;

    private StepProfile(ProfilingBackend backend) {
        this.backend = backend;
    }

    /** Puts a profiling decorator around the backend of a device, for the rest of the process. */
    public static StepProfile install(Device device, LongSupplier nanoClock) {
        Backend open = Backends.of(device);
        if (open instanceof FusingBackend fusing) {
            ProfilingBackend profiling = new ProfilingBackend(fusing.below(), nanoClock);
            Backends.use(new FusingBackend(profiling));
            return new StepProfile(profiling);
        }
        ProfilingBackend profiling = new ProfilingBackend(open, nanoClock);
        Backends.use(profiling);
        return new StepProfile(profiling);
    }

    /** Forgets the ops so far: they were warm-up. */
    void begin() {
        backend.reset();
        steps = 0;
        nanos = 0;
    }

    void countStep(long stepNanos) {
        steps++;
        nanos += stepNanos;
    }

    private record Total(long calls, long nanos) {
        Total plus(Line line) {
            return new Total(calls + line.calls(), nanos + line.nanos());
        }
    }

    private Map<String, Total> byOp() {
        Map<String, Total> totals = new TreeMap<>();
        for (Line line : backend.lines()) {
            totals.put(
                    line.op(), totals.getOrDefault(line.op(), new Total(0, 0)).plus(line));
        }
        return totals;
    }

    /** {@return two tables: ops by name, and the dearest ops by shapes; a step each} */
    String toText() {
        StringBuilder text = new StringBuilder();
        double all = backend.lines().stream().mapToLong(Line::nanos).sum() / 1e6 / steps;
        text.append(String.format(
                Locale.ROOT,
                "  of %.3f ms a step (mean of %d) in ops %.3f ms, all threads together%n",
                nanos / 1e6 / steps,
                steps,
                all));
        byOp().entrySet().stream()
                .sorted(Comparator.comparingLong(entry -> -entry.getValue().nanos()))
                .forEach(entry -> append(
                        text,
                        entry.getKey(),
                        entry.getValue().calls(),
                        entry.getValue().nanos()));
        text.append(String.format("%n  the dearest by shapes of the inputs%n"));
        List<Line> lines = backend.lines();
        lines.stream()
                .limit(SHAPES_SHOWN)
                .forEach(line -> append(text, line.op() + " " + line.inputs(), line.calls(), line.nanos()));
        return text.toString();
    }

    private void append(StringBuilder text, String what, long calls, long opNanos) {
        text.append(String.format(
                Locale.ROOT,
                "  %9.3f ms %7.1f calls  %8.1f us each  %s%n",
                opNanos / 1e6 / steps,
                (double) calls / steps,
                opNanos / 1e3 / calls,
                what));
    }

    /** Adds the mean time of a step, an object for each op, and one for each op on inputs of some shapes. */
    void addTo(ObjectNode json) {
        json.put("profiled_steps", steps).put("profiled_step_ms", nanos / 1e6 / steps);
        ArrayNode ops = json.putArray("profile");
        byOp().forEach((op, total) -> add(ops, op, total.calls(), total.nanos()));
        ArrayNode shapes = json.putArray("profile_by_shapes");
        for (Line line : backend.lines()) {
            ArrayNode inputs =
                    add(shapes, line.op(), line.calls(), line.nanos()).putArray("inputs");
            line.inputs().forEach(shape -> inputs.add(shape.toString()));
        }
    }

    private ObjectNode add(ArrayNode list, String op, long calls, long opNanos) {
        return list.addObject()
                .put("op", op)
                .put("calls", (double) calls / steps)
                .put("ms", opNanos / 1e6 / steps);
    }
}
