package dev.lockstep.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class CoordinatorTest {

    private static final AttemptId ATTEMPT = new AttemptId("0".repeat(31) + "a", 1);
    private static final Agreement AGREEMENT = new Agreement(8, "plan", "cpu avx512");
    private static final AgentId AGENT = new AgentId("a".repeat(32));
    private static final AgentId OTHER_AGENT = new AgentId("b".repeat(32));
    private static final JobSpec.Timeouts TIMEOUTS = JobSpec.Timeouts.DEFAULT;

    private final List<ClusterEffect> effects = new ArrayList<>();
    private long now = 1_000;
    private ClusterState state =
            Coordinator.start(new JobSpec(ATTEMPT, 1, 3, TIMEOUTS), now).next();

    @Nested
    class BeforeTheFirstGeneration {

        @Test
        void waitsForAllExpectedWorkers() {
            ready(0);
            ready(1);
            assertTrue(effects.isEmpty());
        }

        @Test
        void proposesInOrderOfLocalRankWhenAllAreReady() {
            ready(2);
            ready(0);
            ready(1);
            Generation first = theProposal();
            assertEquals(List.of(member(0), member(1), member(2)), first.members());
            assertEquals(Placement.balanced(3, 8), first.placement());
            assertEquals(1, first.number());
        }

        @Test
        void announcesOnlyWhatIsWritten() {
            readyAll();
            Generation first = theProposal();
            assertFalse(effects.contains(new ClusterEffect.Announce(first)));
            apply(new ClusterEvent.GenerationWritten(first));
            assertEquals(new ClusterEffect.Announce(first), effects.getLast());
        }

        @Test
        void endsWithExitCode6WhenAWorkerDisagrees() {
            ready(0);
            apply(new ClusterEvent.WorkerReady(member(1), new Agreement(16, "plan", "cpu avx512")));
            var finish = theFinish();
            assertEquals(6, finish.exitCode());
            assertTrue(finish.reason().contains("virtual ranks: 16 against 8"), finish.reason());
            assertTrue(finish.reason().contains("pid 101"), finish.reason());
        }

        @Test
        void endsWithExitCode5WhenAWorkerDies() {
            ready(0);
            died(0);
            assertEquals(5, theFinish().exitCode());
        }

        @Test
        void endsWithExitCode4WhenTheRendezvousTimesOut() {
            ready(0);
            now += TIMEOUTS.rendezvous().toNanos();
            apply(new ClusterEvent.TimedOut(Timer.RENDEZVOUS));
            assertEquals(4, theFinish().exitCode());
            assertTrue(
                    theFinish().reason().contains("1 of 3 workers"), theFinish().reason());
        }

        @Test
        void ignoresATimeoutThatIsNotDue() {
            now += TIMEOUTS.rendezvous().toNanos() - 1;
            apply(new ClusterEvent.TimedOut(Timer.RENDEZVOUS));
            apply(new ClusterEvent.TimedOut(Timer.REGISTER));
            assertTrue(effects.isEmpty());
        }

        @Test
        void foldsADeathDuringTheFirstWriteIntoTheSecondGeneration() {
            readyAll();
            Generation first = theProposal();
            died(1);
            apply(new ClusterEvent.GenerationWritten(first));
            assertFalse(effects.contains(new ClusterEffect.Announce(first)));
            assertEquals(List.of(member(0), member(2)), theProposal().members());
        }
    }

    @Nested
    class AfterADeath {

        @Test
        void goesOnWithTheSurvivorsInTheirOrder() {
            Generation first = run();
            died(0);
            Generation second = theProposal();
            assertEquals(List.of(member(1), member(2)), second.members());
            assertEquals(2, second.number());
            assertEquals(first.number(), second.parent());
            assertEquals(List.of(new VirtualRankRange(0, 4), new VirtualRankRange(4, 8)), second.placement());
            assertEquals("lost rank 0 (host, pid 100): killed by SIGKILL", second.reason());
        }

        @Test
        void reportsRankHostProcessStepOperationAndCause() {
            run();
            var at = new WorkPoint(18, List.of(0, 1), "all_reduce #6");
            apply(new ClusterEvent.WorkerDied(member(0).id(), "killed by SIGKILL", at));
            var incident = new Incident(Incident.Severity.FAILURE, 0, "host", 100, at, "killed by SIGKILL");
            assertEquals(new ClusterEffect.Report(incident), effects.getFirst());
            assertEquals(18, theProposal().startStep());
        }

        @Test
        void foldsDeathsDuringAWriteIntoOneGeneration() {
            run();
            died(0);
            Generation second = theProposal();
            died(1);
            assertEquals(1, proposals());
            apply(new ClusterEvent.GenerationWritten(second));
            Generation third = theProposal();
            assertEquals(List.of(member(2)), third.members());
            assertEquals(3, third.number());
        }

        @Test
        void endsWithExitCode5WhenNobodyIsLeft() {
            run();
            apply(new ClusterEvent.AgentJoined(AGENT, "host", 3));
            apply(new ClusterEvent.AgentLost(AGENT, "no heartbeat"));
            assertEquals(5, theFinish().exitCode());
        }

        @Test
        void losesAllWorkersOfALostAgentAtOnce() {
            state = Coordinator.start(new JobSpec(ATTEMPT, 2, 2, TIMEOUTS), now).next();
            apply(new ClusterEvent.AgentJoined(AGENT, "host", 2));
            apply(new ClusterEvent.AgentJoined(OTHER_AGENT, "other", 2));
            ready(0);
            ready(1);
            var third = new Member(id(2), OTHER_AGENT, "other", 102, 0, "other:9");
            var fourth = new Member(id(3), OTHER_AGENT, "other", 103, 1, "other:9");
            apply(new ClusterEvent.WorkerReady(third, AGREEMENT));
            apply(new ClusterEvent.WorkerReady(fourth, AGREEMENT));
            apply(new ClusterEvent.GenerationWritten(theProposal()));
            apply(new ClusterEvent.AgentLost(OTHER_AGENT, "no heartbeat"));
            assertEquals(List.of(member(0), member(1)), theProposal().members());
        }

        @Test
        void ignoresTheSameDeathTwiceAndUnknownWorkers() {
            run();
            died(0);
            Generation second = theProposal();
            apply(new ClusterEvent.GenerationWritten(second));
            effects.clear();
            died(0);
            died(77);
            assertTrue(effects.isEmpty());
        }

        @Test
        void endsWithExitCode1WhenTheSameWorkKillsASecondWorker() {
            run();
            apply(new ClusterEvent.WorkerDied(id(0), "SIGSEGV", new WorkPoint(5, List.of(0, 1, 2), "forward")));
            apply(new ClusterEvent.GenerationWritten(theProposal()));
            apply(new ClusterEvent.WorkerDied(id(1), "SIGSEGV", new WorkPoint(5, List.of(2, 3), "forward")));
            assertEquals(1, theFinish().exitCode());
        }

        @Test
        void survivesASecondDeathInOtherWorkOfTheSameStep() {
            run();
            apply(new ClusterEvent.WorkerDied(id(0), "SIGSEGV", new WorkPoint(5, List.of(0, 1, 2), "forward")));
            apply(new ClusterEvent.GenerationWritten(theProposal()));
            apply(new ClusterEvent.WorkerDied(id(1), "SIGSEGV", new WorkPoint(5, List.of(6), "forward")));
            assertEquals(List.of(member(2)), theProposal().members());
        }

        @Test
        void killsAWorkerThatIsNoMember() {
            run();
            ready(7);
            var kill = new ClusterEffect.KillWorker(id(7), AGENT, "it is no member of the run");
            assertEquals(List.of(kill), effects);
        }
    }

    @Nested
    class WhenPeersCannotReachOneAnother {

        @Test
        void waitsForTheAgentsWord() {
            Generation first = run();
            unreachable(1, 0, first);
            died(0);
            assertEquals(
                    "lost rank 0 (host, pid 100): killed by SIGKILL",
                    theProposal().reason());
        }

        @Test
        void givesUpTheFirstAccusedWhenNoWordComes() {
            Generation first = run();
            unreachable(1, 0, first);
            unreachable(2, 1, first);
            now += TIMEOUTS.oneWitness().toNanos();
            apply(new ClusterEvent.TimedOut(Timer.SUSPICION));
            assertTrue(effects.getFirst() instanceof ClusterEffect.KillWorker kill
                    && kill.worker().equals(id(0)));
            assertEquals(List.of(member(1), member(2)), theProposal().members());
        }

        @Test
        void waitsLessWithTwoWitnesses() {
            Generation first = run();
            unreachable(1, 0, first);
            unreachable(2, 0, first);
            long limit = state.nextDeadline().orElseThrow().atNanos();
            assertEquals(now + TIMEOUTS.twoWitnesses().toNanos(), limit);
        }

        @Test
        void ignoresAccusationsOfAnOlderGeneration() {
            Generation first = run();
            died(0);
            apply(new ClusterEvent.GenerationWritten(theProposal()));
            unreachable(1, 2, first);
            assertTrue(state.nextDeadline().isEmpty());
        }

        @Test
        void forgetsAccusationsWhenAGenerationIsWritten() {
            Generation first = run();
            unreachable(1, 2, first);
            died(0);
            apply(new ClusterEvent.GenerationWritten(theProposal()));
            assertTrue(state.accusations().isEmpty());
        }
    }

    @Nested
    class AtTheEnd {

        @Test
        void writesACompleteGenerationBeforeItFinishes() {
            Generation first = run();
            done(0, first, "d");
            done(1, first, "d");
            assertEquals(0, proposals());
            done(2, first, "d");
            Generation last = theProposal();
            assertTrue(last.complete());
            assertEquals(40, last.startStep());
            apply(new ClusterEvent.GenerationWritten(last));
            assertEquals(0, theFinish().exitCode());
        }

        @Test
        void namesTheOddOneOut() {
            Generation first = run();
            done(0, first, "d");
            done(1, first, "e");
            done(2, first, "d");
            assertEquals(6, theFinish().exitCode());
            assertTrue(
                    theFinish().reason().contains("rank 1 (host, pid 101) has digest e"),
                    theFinish().reason());
            assertFalse(theFinish().reason().contains("rank 0"), theFinish().reason());
        }

        @Test
        void goesOnWhenOneDiesWhileOthersAreDone() {
            Generation first = run();
            done(1, first, "d");
            died(0);
            Generation second = theProposal();
            apply(new ClusterEvent.GenerationWritten(second));
            effects.clear();
            done(1, first, "d");
            done(2, second, "d");
            assertEquals(0, proposals());
            done(1, second, "d");
            assertTrue(theProposal().complete());
        }

        @Test
        void finishesAlthoughAWorkerDiesDuringTheLastWrite() {
            Generation first = run();
            done(0, first, "d");
            done(1, first, "d");
            done(2, first, "d");
            died(1);
            apply(new ClusterEvent.GenerationWritten(theProposal()));
            assertEquals(0, theFinish().exitCode());
        }

        @Test
        void endsWithTheCodeOfTheUsersException() {
            run();
            var failure = new UserFailure("java.lang.ArithmeticException", "loss is NaN", 1, WorkPoint.UNKNOWN);
            apply(new ClusterEvent.WorkerFailed(id(1), failure));
            assertEquals(1, theFinish().exitCode());
            assertTrue(theFinish().reason().contains("loss is NaN"), theFinish().reason());
        }

        @Test
        void endsAsAsked() {
            run();
            apply(new ClusterEvent.StopRequested("Ctrl-C", 130));
            assertEquals(new ClusterEffect.Finish(130, "Ctrl-C"), theFinish());
        }

        @Test
        void saysNothingMoreOnceFinished() {
            run();
            apply(new ClusterEvent.StopRequested("Ctrl-C", 130));
            effects.clear();
            died(0);
            apply(new ClusterEvent.StopRequested("again", 1));
            assertTrue(effects.isEmpty());
        }
    }

    @Nested
    class BesideAnotherCoordinator {

        @Test
        void adoptsWhatTheRegisterHolds() {
            Generation first = run();
            died(0);
            Generation mine = theProposal();
            Generation theirs = successor(first, List.of(member(2)), false);
            apply(new ClusterEvent.GenerationRefused(theirs));
            assertFalse(effects.contains(new ClusterEffect.Announce(mine)));
            assertTrue(effects.contains(new ClusterEffect.Announce(theirs)));
            assertTrue(effects.stream()
                    .anyMatch(e -> e instanceof ClusterEffect.KillWorker kill
                            && kill.worker().equals(id(1))));
        }

        @Test
        void goesBeyondAGenerationThatHasTheDead() {
            Generation first = run();
            died(0);
            apply(new ClusterEvent.GenerationRefused(successor(first, List.of(member(0), member(1)), false)));
            assertEquals(3, theProposal().number());
            assertEquals(List.of(member(1)), theProposal().members());
        }

        @Test
        void finishesWhenTheRunIsComplete() {
            Generation first = run();
            died(0);
            apply(new ClusterEvent.GenerationRefused(successor(first, List.of(member(0)), true)));
            assertEquals(0, theFinish().exitCode());
        }

        @Test
        void keepsWordOfAGenerationThatItLearnsOfLater() {
            Generation first = run();
            Generation theirs = successor(first, List.of(member(1), member(2)), false);
            done(1, theirs, "d");
            unreachable(2, 1, theirs);
            assertTrue(state.nextDeadline().isEmpty());
            died(0);
            apply(new ClusterEvent.GenerationRefused(theirs));
            assertEquals(Timer.SUSPICION, state.nextDeadline().orElseThrow().timer());
            done(2, theirs, "d");
            assertTrue(theProposal().complete());
        }

        @Test
        void ignoresAnswersToNoProposal() {
            Generation first = run();
            apply(new ClusterEvent.GenerationRefused(successor(first, List.of(member(0)), true)));
            apply(new ClusterEvent.GenerationWritten(successor(first, List.of(member(0)), true)));
            assertTrue(effects.isEmpty());
        }

        @Test
        void takesOverFromTheRegister() {
            Generation first = run();
            Decision taken = Coordinator.resume(state.job(), first, now);
            assertEquals(List.of(new ClusterEffect.Announce(first)), taken.effects());
            state = taken.next();
            ready(0);
            assertTrue(effects.isEmpty());
            died(0);
            assertEquals(List.of(member(1), member(2)), theProposal().members());
        }

        @Test
        void finishesAtOnceWhenTheRegisterHoldsCompletion() {
            Generation last = successor(run(), List.of(member(0)), true);
            assertTrue(Coordinator.resume(state.job(), last, now).next().finished());
        }
    }

    @Test
    void endsWithExitCode5WhenTheRegisterDoesNotAnswer() {
        readyAll();
        now += Duration.ofMinutes(10).toNanos();
        apply(new ClusterEvent.TimedOut(Timer.REGISTER));
        assertEquals(5, theFinish().exitCode());
    }

    private void apply(ClusterEvent event) {
        Decision decision = Coordinator.apply(state, event, now);
        state = decision.next();
        effects.addAll(decision.effects());
    }

    private Generation run() {
        readyAll();
        Generation first = theProposal();
        apply(new ClusterEvent.GenerationWritten(first));
        effects.clear();
        return first;
    }

    private void readyAll() {
        ready(0);
        ready(1);
        ready(2);
    }

    private void ready(int index) {
        apply(new ClusterEvent.WorkerReady(member(index), AGREEMENT));
    }

    private void died(int index) {
        apply(new ClusterEvent.WorkerDied(id(index), "killed by SIGKILL", WorkPoint.UNKNOWN));
    }

    private void done(int index, Generation generation, String digest) {
        apply(new ClusterEvent.WorkerDone(id(index), generation.number(), 40, digest));
    }

    private void unreachable(int reporter, int accused, Generation generation) {
        apply(new ClusterEvent.PeerUnreachable(
                id(reporter), id(accused), generation.number(), WorkPoint.UNKNOWN, "end of stream"));
    }

    private long proposals() {
        return effects.stream()
                .filter(ClusterEffect.WriteGeneration.class::isInstance)
                .count();
    }

    private Generation theProposal() {
        return effects.reversed().stream()
                .filter(ClusterEffect.WriteGeneration.class::isInstance)
                .map(effect -> ((ClusterEffect.WriteGeneration) effect).generation())
                .findFirst()
                .orElseThrow();
    }

    private ClusterEffect.Finish theFinish() {
        assertTrue(effects.getLast() instanceof ClusterEffect.Finish, effects.toString());
        return (ClusterEffect.Finish) effects.getLast();
    }

    private static Generation successor(Generation parent, List<Member> members, boolean complete) {
        return new Generation(
                ATTEMPT,
                parent.number() + 1,
                parent.number(),
                members,
                Placement.balanced(members.size(), 8),
                8,
                0,
                "another coordinator",
                complete);
    }

    private static WorkerId id(int index) {
        return new WorkerId(String.format("%032x", index));
    }

    private static Member member(int index) {
        return new Member(id(index), AGENT, "host", 100 + index, index, "host:" + (9000 + index));
    }
}
