package dev.lockstep.cluster.testkit;

import dev.lockstep.cluster.AgentId;
import dev.lockstep.cluster.AttemptId;
import dev.lockstep.cluster.Generation;
import dev.lockstep.cluster.Member;
import dev.lockstep.cluster.Placement;
import dev.lockstep.cluster.WorkerId;
import java.util.List;
import java.util.stream.IntStream;

/** Makes small values of the cluster's records for tests: same arguments, same value. */
public final class Samples {

    /** The number of virtual ranks of every sample. */
    public static final int VIRTUAL_RANKS = 8;

    private Samples() {}

    /**
     * Makes a run's id.
     *
     * @param index any number; others give other ids
     * @return 32 hexadecimal digits
     */
    public static String runId(int index) {
        return String.format("%08x%024x", index, 0);
    }

    /**
     * Makes a worker's id.
     *
     * @param index any number; others give other ids
     * @return the id
     */
    public static WorkerId worker(int index) {
        return new WorkerId(String.format("%08x%024x", index, 1));
    }

    /**
     * Makes an agent's id.
     *
     * @param index any number; others give other ids
     * @return the id
     */
    public static AgentId agent(int index) {
        return new AgentId(String.format("%08x%024x", index, 2));
    }

    /**
     * Makes a member on a machine of its agent's.
     *
     * @param agent the agent's number
     * @param localRank its number on the machine
     * @param incarnation the number of its process, unique in the test
     * @return the member
     */
    public static Member member(int agent, int localRank, int incarnation) {
        String host = "host-" + agent;
        return new Member(
                worker(incarnation),
                agent(agent),
                host,
                1000 + incarnation,
                localRank,
                host + ":" + (9000 + incarnation));
    }

    /**
     * Makes a generation of a number of workers on one machine.
     *
     * @param attempt the attempt
     * @param number the generation's number
     * @param workers the number of members
     * @param reason the reason, which tells proposals of the same number apart
     * @return the generation
     */
    public static Generation generation(AttemptId attempt, long number, int workers, String reason) {
        List<Member> members =
                IntStream.range(0, workers).mapToObj(i -> member(0, i, i)).toList();
        return new Generation(
                attempt,
                number,
                number - 1,
                members,
                Placement.balanced(workers, VIRTUAL_RANKS),
                VIRTUAL_RANKS,
                10 * number,
                reason,
                false);
    }
}
