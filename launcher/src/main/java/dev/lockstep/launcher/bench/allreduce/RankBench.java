package dev.lockstep.launcher.bench.allreduce;

import static java.lang.foreign.ValueLayout.JAVA_DOUBLE;

import com.sun.management.ThreadMXBean;
import dev.lockstep.collectives.ProcessGroup;
import dev.lockstep.collectives.ReduceOp;
import dev.lockstep.layout.DType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.management.CompilationMXBean;
import java.lang.management.ManagementFactory;
import java.util.Objects;
import java.util.function.Consumer;

/** Measures all-reduce as one rank of a group sees it. Confined to one thread. */
final class RankBench {
    /**
     * How long to wait at most until the compilers of all ranks are done with the code of a call: until then they take
     * the processors from ranks that outnumber them, and a call of 6 us takes 200.
     */
    private static final double HOT_SECONDS_MAX = 10;

    /** How much longer than a measurement that may last at most. */
    private static final double HOT_SHARE = 20;

    /** How long at least: some code is called often enough only then. */
    private static final double HOT_SECONDS_MIN = 3;

    /** How often the compilers are looked at, and what they may still do meanwhile. */
    private static final double LOOK_SECONDS = 1;

    private static final double COMPILING_SHARE = 0.02;

    private static final int CALLS_MIN = 5;
    private static final int CALLS_MAX = 20_000;
    private static final int WARM_CALLS_MIN = 3;
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final CompilationMXBean COMPILERS =
            Objects.requireNonNull(ManagementFactory.getCompilationMXBean(), "this JVM compiles nothing");

    private final ProcessGroup group;
    private final AllReduceOptions options;
    private final MemorySegment allIn;
    private final MemorySegment allOut;
    private final MemorySegment agreed;
    private final MemorySegment agreement;

    RankBench(ProcessGroup group, AllReduceOptions options, Arena arena) {
        this.group = group;
        this.options = options;
        long longest = options.bytes().stream().reduce(0L, Math::max);
        this.allIn = group.allocate(longest);
        this.allOut = group.allocate(longest);
        this.agreed = arena.allocate(JAVA_DOUBLE);
        this.agreement = arena.allocate(JAVA_DOUBLE);
    }

    /** Makes small sums until their code is compiled. */
    void warmUp() {
        MemorySegment in = allIn.asSlice(0, options.sum().dtype().sizeBytes());
        MemorySegment out = allOut.asSlice(0, in.byteSize());
        double most = Math.min(HOT_SECONDS_MAX, HOT_SHARE * options.seconds());
        double look = Math.min(LOOK_SECONDS, most);
        double before;
        double spent = 0;
        do {
            before = compiledSeconds();
            warmUp(look, () -> allReduce(in, out));
            spent += look;
        } while (spent < most
                && (spent < HOT_SECONDS_MIN || largest(compiledSeconds() - before) > COMPILING_SHARE * look));
    }

    private static double compiledSeconds() {
        return COMPILERS.getTotalCompilationTime() / 1e3;
    }

    /** Measures every size; rank 0 hands the results to {@code report}. */
    void run(Consumer<Measurement> report) {
        for (long bytes : options.bytes()) {
            Measurement measured = measure(bytes);
            if (group.rank() == 0) {
                report.accept(measured);
            }
        }
    }

    private Measurement measure(long bytes) {
        MemorySegment in = allIn.asSlice(0, bytes);
        MemorySegment out = allOut.asSlice(0, bytes);
        fillAndCheck(in, out);
        Runnable call = () -> allReduce(in, out);
        double each = warmUp(options.seconds(), call);
        int calls = (int) Math.clamp(options.seconds() / each, CALLS_MIN, CALLS_MAX);
        long sent = group.bytesSent();
        long garbage = THREADS.getCurrentThreadAllocatedBytes();
        long[] nanos = time(calls, call);
        garbage = (THREADS.getCurrentThreadAllocatedBytes() - garbage - calls * 8L) / calls;
        sent = (group.bytesSent() - sent) / calls;
        long[] copies = time(Math.clamp(calls, CALLS_MIN, 1000), () -> out.copyFrom(in));
        Measurement.Times times = new Measurement.Times(
                calls,
                largest(Measurement.quantileMicros(nanos, 0.5)),
                largest(Measurement.quantileMicros(nanos, 0.99)),
                largest(Measurement.quantileMicros(copies, 0.5)));
        return Measurement.of(options, bytes, times, (long) largest(sent), garbage);
    }

    /** Checks one result element by element, then leaves zeros, so that sums do not overflow. */
    private void fillAndCheck(MemorySegment in, MemorySegment out) {
        AllReduceOptions.Sum sum = options.sum();
        long count = in.byteSize() / sum.dtype().sizeBytes();
        for (long i = 0; i < count; i++) {
            Elements.set(sum.dtype(), in, i, 1 + (group.rank() + i) % 2);
        }
        allReduce(in, out);
        for (long i = 0; i < count; i++) {
            double expected = Elements.expected(sum.op(), group.size(), i);
            double value = Elements.get(sum.dtype(), out, i);
            if (Math.abs(value - expected) > Elements.tolerance(sum.op())) {
                throw new IllegalStateException(
                        "element " + i + " of " + count + " is " + value + " instead of " + expected);
            }
        }
        in.fill((byte) 0);
    }

    private void allReduce(MemorySegment in, MemorySegment out) {
        AllReduceOptions.Sum sum = options.sum();
        group.allReduce(in, out, sum.dtype(), sum.op(), sum.algorithm()).await(group.timeout());
    }

    /** {@return the seconds of one call, the same on every rank, once it has been called for a while} */
    private double warmUp(double seconds, Runnable call) {
        int calls = WARM_CALLS_MIN;
        double each = seconds(calls, call);
        for (double spent = each * calls; spent < seconds; spent += each * calls) {
            calls = (int) Math.clamp((seconds - spent) / each, 1, 2.0 * calls);
            each = seconds(calls, call);
        }
        return each;
    }

    private double seconds(int calls, Runnable call) {
        long since = System.nanoTime();
        for (int i = 0; i < calls; i++) {
            call.run();
        }
        return Math.max(1e-8, largest((System.nanoTime() - since) / 1e9 / calls));
    }

    private long[] time(int calls, Runnable call) {
        long[] nanos = new long[calls];
        group.barrier().await(group.timeout());
        for (int i = 0; i < calls; i++) {
            long since = System.nanoTime();
            call.run();
            nanos[i] = System.nanoTime() - since;
        }
        return nanos;
    }

    private double largest(double mine) {
        agreed.set(JAVA_DOUBLE, 0, mine);
        group.allReduce(agreed, agreement, DType.F64, ReduceOp.MAX).await(group.timeout());
        return agreement.get(JAVA_DOUBLE, 0);
    }
}
