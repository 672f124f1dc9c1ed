package dev.lockstep.collectives.parallel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lockstep.collectives.GroupOptions;
import dev.lockstep.collectives.LinkTimes;
import dev.lockstep.collectives.ProcessGroup;
import dev.lockstep.collectives.TransportProcessGroup;
import dev.lockstep.collectives.algorithm.CostModel;
import dev.lockstep.collectives.testkit.Ranks;
import dev.lockstep.collectives.transport.InProcessTransport;
import dev.lockstep.collectives.transport.Transport;
import java.lang.foreign.Arena;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** Ranks whose clocks go at rates of their own: on rank r every exchange takes r + 1 microseconds. */
class StepCostsTest {
    private static final int SIZE = 3;
    private static final int EXCHANGES = 27;
    private static final int LARGE_BYTES = 64 << 10;

    /** What each rank was told to choose by, by rank, with the step at which it was. */
    private record Choice(long sequence, CostModel costs) {}

    private static List<List<Choice>> choices(List<Transport> transports, long steps) {
        List<ProcessGroup> groups = new ArrayList<>();
        transports.forEach(transport -> groups.add(new TransportProcessGroup(transport, GroupOptions.defaults())));
        return Ranks.run(groups, group -> choices(group, steps));
    }

    private static List<Choice> choices(ProcessGroup group, long steps) {
        AtomicLong sequence = new AtomicLong();
        AtomicLong clock = new AtomicLong();
        List<Choice> made = Collections.synchronizedList(new ArrayList<>());
        ProcessGroup watched = (ProcessGroup) Proxy.newProxyInstance(
                ProcessGroup.class.getClassLoader(), new Class<?>[] {ProcessGroup.class}, (_, method, arguments) -> {
                    if (method.getName().equals("chooseBy")) {
                        made.add(new Choice(sequence.get(), (CostModel) arguments[0]));
                    }
                    return method.invoke(group, arguments);
                });
        long tickNanos = 1_000L * (group.rank() + 1);
        StepCosts costs = new StepCosts(watched, 1, () -> clock.addAndGet(tickNanos));
        for (; sequence.get() < steps; sequence.incrementAndGet()) {
            for (int header = 0; header < 2; header++) { // A step of two buckets has two headers.
                StepHeader mine = new StepHeader(sequence.get(), 0, List.of(), List.of(), costs.seen());
                costs.after(sequence.get(), Recovery.exchange(watched, mine));
            }
        }
        return made;
    }

    /** Small and large exchanges alike take 3 us on the slowest rank, so that more messages and bytes cost nothing. */
    @Test
    void allRanksChooseByTheSlowestAtTheSameStep() {
        CostModel expected = new LinkTimes(3e-6, 3e-6, 3e-6).costs(SIZE, LARGE_BYTES);
        assertEquals(3e-6 - 1e-9, expected.roundSeconds(), 1e-12);
        for (List<Choice> made : choices(InProcessTransport.connect(SIZE, 1), EXCHANGES + 4)) {
            assertEquals(1, made.size());
            assertEquals(EXCHANGES, made.getFirst().sequence());
            assertEquals(expected.roundSeconds(), made.getFirst().costs().roundSeconds(), 1e-12);
            assertEquals(expected.messageSeconds(), made.getFirst().costs().messageSeconds(), 1e-12);
            assertEquals(expected.byteSeconds(), made.getFirst().costs().byteSeconds(), 1e-16);
        }
    }

    @Test
    void nothingIsChosenBeforeAllExchangesAreMade() {
        choices(InProcessTransport.connect(SIZE, 1), EXCHANGES)
                .forEach(made -> assertTrue(made.isEmpty(), made.toString()));
    }

    @Test
    void ranksThatShareMemoryHaveNothingToMeasure() {
        choices(InProcessTransport.connectShared(SIZE, 1, () -> 0), EXCHANGES + 4)
                .forEach(made -> assertTrue(made.isEmpty(), made.toString()));
    }

    /** 10 us with a neighbour, 22 us with four peers, 75.536 us for 65,536 bytes: a message 4 us, a byte 1 ns. */
    @Test
    void costsFollowFromTimes() {
        CostModel costs = new LinkTimes(10e-6, 22e-6, 75.536e-6).costs(5, LARGE_BYTES);
        assertEquals(4e-6, costs.messageSeconds(), 1e-12);
        assertEquals(6e-6, costs.roundSeconds(), 1e-12);
        assertEquals(1e-9, costs.byteSeconds(), 1e-15);
    }

    @Test
    void aMessageCostsNoMoreThanHalfOfAnExchangeWithANeighbour() {
        CostModel costs = new LinkTimes(10e-6, 2e-3, 75.536e-6).costs(5, LARGE_BYTES);
        assertEquals(5e-6, costs.messageSeconds(), 1e-12);
        assertEquals(5e-6, costs.roundSeconds(), 1e-12);
    }

    @Test
    void headersCarryWhatWasSeen() {
        LinkTimes seen = new LinkTimes(1e-6, Double.POSITIVE_INFINITY, 3e-3);
        StepHeader header = new StepHeader(4, 3, List.of(), List.of(), seen);
        assertEquals(header, StepHeaderCodec.decode(StepHeaderCodec.encode(header, Arena.ofAuto()), 1));
    }
}
