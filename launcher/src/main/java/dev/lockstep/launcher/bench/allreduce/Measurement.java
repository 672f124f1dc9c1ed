package dev.lockstep.launcher.bench.allreduce;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.Arrays;
import java.util.Locale;
import java.util.OptionalDouble;

/**
 * One size, measured. Rates are in 10^9 bytes a second. The bus rate counts what each rank must at least send or
 * receive, 2 (n - 1) / n of the size, so that it can be compared between numbers of ranks and with the memory's.
 *
 * @param bytes the size
 * @param workers the number of ranks
 * @param transport how they were connected
 * @param algorithm how they reduced
 * @param dtype the elements
 * @param op how they were combined
 * @param calls how many calls were timed
 * @param p50Micros the median of a call, of the slowest rank
 * @param p99Micros what 99 of 100 calls did not exceed, of the slowest rank
 * @param algorithmRate bytes by median
 * @param busRate the bus rate
 * @param limitRate the bus rate if each rank only copied its input to its output, all of them at once; between machines
 *     the rate that one plain connection gets
 * @param bytesSentMax what the busiest rank handed to others in one call
 * @param garbageBytes what the calling thread of rank 0 allocated on the heap in one call
 */
record Measurement(
        @JsonProperty("bytes") long bytes,
        @JsonProperty("workers") int workers,
        @JsonProperty("transport") String transport,
        @JsonProperty("algorithm") String algorithm,
        @JsonProperty("dtype") String dtype,
        @JsonProperty("op") String op,
        @JsonProperty("calls") int calls,
        @JsonProperty("p50_us") double p50Micros,
        @JsonProperty("p99_us") double p99Micros,
        @JsonProperty("algbw_GBps") double algorithmRate,
        @JsonProperty("busbw_GBps") double busRate,
        @JsonProperty("limit_GBps") double limitRate,
        @JsonProperty("bytes_sent_max") long bytesSentMax,
        @JsonProperty("garbage_bytes") long garbageBytes) {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    /** What the ranks found together. */
    record Times(int calls, double p50Micros, double p99Micros, double copyMicros) {}

    static Measurement of(AllReduceOptions options, long bytes, Times times, long bytesSentMax, long garbageBytes) {
        double perRank = 2.0 * (options.workers() - 1) / options.workers();
        double rate = bytes / times.p50Micros() / 1e3;
        return new Measurement(
                bytes,
                options.workers(),
                lower(options.transport()),
                lower(options.sum().algorithm()),
                lower(options.sum().dtype()),
                lower(options.sum().op()),
                times.calls(),
                rounded(times.p50Micros()),
                rounded(times.p99Micros()),
                rounded(rate),
                rounded(rate * perRank),
                rounded(bytes / times.copyMicros() / 1e3 * perRank),
                bytesSentMax,
                garbageBytes);
    }

    /** {@return the same with the rate of a link between the machines as its limit, if that is known} */
    Measurement limitedBy(OptionalDouble ceiling) {
        return new Measurement(
                bytes,
                workers,
                transport,
                algorithm,
                dtype,
                op,
                calls,
                p50Micros,
                p99Micros,
                algorithmRate,
                busRate,
                ceiling.isPresent() ? rounded(ceiling.getAsDouble()) : limitRate,
                bytesSentMax,
                garbageBytes);
    }

    private static String lower(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }

    private static double rounded(double value) {
        return Math.round(value * 1e4) / 1e4;
    }

    /** {@return the time that so large a part of the calls did not exceed; sorts the times} */
    static double quantileMicros(long[] nanos, double part) {
        Arrays.sort(nanos);
        return nanos[Math.min(nanos.length - 1, (int) (part * nanos.length))] / 1e3;
    }

    static Measurement parse(String line) throws JsonProcessingException {
        return JSON.readValue(line, Measurement.class);
    }

    String json() {
        try {
            return JSON.writeValueAsString(this);
        } catch (JsonProcessingException impossible) {
            throw new AssertionError("numbers and two names can be written", impossible);
        }
    }

    static String tableHead() {
        return row("bytes", "p50 us", "p99 us", "alg GB/s", "bus GB/s", "limit GB/s", "sent at most", "garbage");
    }

    String tableRow() {
        return row(
                bytes,
                text(p50Micros),
                text(p99Micros),
                text(algorithmRate),
                text(busRate),
                text(limitRate),
                bytesSentMax,
                garbageBytes);
    }

    private static String text(double value) {
        return String.format(Locale.ROOT, "%.3f", value);
    }

    private static String row(Object... cells) {
        return String.format(Locale.ROOT, "%10s %12s %12s %10s %10s %10s %14s %8s%n", cells);
    }
}
