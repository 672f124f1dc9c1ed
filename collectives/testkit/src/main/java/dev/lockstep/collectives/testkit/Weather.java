package dev.lockstep.collectives.testkit;

import java.util.SplittableRandom;

/**
 * How a simulated network treats packets.
 *
 * @param loss how many of a million vanish
 * @param duplication how many of a million come twice
 * @param corruption how many of a million come with a flipped bit
 * @param delayNanosMax each takes up to so long, so that they overtake one another
 * @param packetBytesMax messages are cut into packets of at most so many bytes
 */
public record Weather(int loss, int duplication, int corruption, long delayNanosMax, int packetBytesMax) {
    private static final int MILLION = 1_000_000;

    /** {@return weather in which every packet arrives, in any order, some of them twice} */
    public static Weather calm(SplittableRandom random) {
        return new Weather(0, random.nextInt(MILLION / 4), 0, delay(random), packet(random));
    }

    /** {@return weather in which anything may happen to a packet, often or rarely} */
    public static Weather stormy(SplittableRandom random) {
        return new Weather(some(random), random.nextInt(MILLION / 4), some(random), delay(random), packet(random));
    }

    /** From one in a million to a third, rare things as likely as frequent ones. */
    private static int some(SplittableRandom random) {
        return random.nextInt(3) == 0 ? 0 : (int) Math.pow(10, random.nextDouble(1, 5.5));
    }

    private static long delay(SplittableRandom random) {
        return (long) Math.pow(10, random.nextDouble(3, 8));
    }

    private static int packet(SplittableRandom random) {
        return 1 << random.nextInt(5, 12);
    }

    /** {@return whether something that happens to so many of a million happens now} */
    static boolean strikes(int ofMillion, SplittableRandom random) {
        return ofMillion > 0 && random.nextInt(MILLION) < ofMillion;
    }
}
