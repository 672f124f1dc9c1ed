package dev.lockstep.cluster.testkit;

import dev.lockstep.cluster.Inbox;
import dev.lockstep.cluster.Outbox;
import java.time.Duration;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * Carries messages from one party to another over a network that delays each packet at random, so that packets overtake
 * one another, and loses some. Each message arrives once and in order while both ends live. Confined to its thread.
 *
 * @param <M> the messages
 */
final class SimulatedLink<M> {

    private static final Duration RESEND = Duration.ofMillis(100);

    private final Network network;
    private final BooleanSupplier open;
    private final Consumer<M> receiver;
    private final Outbox<M> outbox = new Outbox<>();
    private final Inbox inbox = new Inbox();
    private boolean timerRuns;

    /**
     * How packets travel.
     *
     * @param time delays them
     * @param delayMax for this long at most
     * @param lossPercent how many of a hundred are lost
     */
    record Network(VirtualTime time, Duration delayMax, int lossPercent) {

        void carry(Runnable packet) {
            if (time.random().nextInt(100) >= lossPercent) {
                time.after(delayMax, packet);
            }
        }
    }

    /** Opens a link; it carries nothing once {@code open} is false. */
    SimulatedLink(Network network, BooleanSupplier open, Consumer<M> receiver) {
        this.network = network;
        this.open = open;
        this.receiver = receiver;
    }

    void send(M message) {
        outbox.add(message);
        transmit();
        if (!timerRuns) {
            timerRuns = true;
            network.time().at(network.time().nowNanos() + RESEND.toNanos(), this::resend);
        }
    }

    private void resend() {
        timerRuns = open.getAsBoolean() && !outbox.isEmpty();
        if (timerRuns) {
            transmit();
            network.time().at(network.time().nowNanos() + RESEND.toNanos(), this::resend);
        }
    }

    private void transmit() {
        long first = outbox.first();
        List<M> batch = outbox.due();
        network.carry(() -> receive(first, batch));
    }

    private void receive(long first, List<M> batch) {
        if (!open.getAsBoolean()) {
            return;
        }
        List<M> fresh = inbox.accept(first, batch);
        long heard = inbox.heard();
        network.carry(() -> outbox.heard(heard));
        fresh.forEach(receiver);
    }
}
