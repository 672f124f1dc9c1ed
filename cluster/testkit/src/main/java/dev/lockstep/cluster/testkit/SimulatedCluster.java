package dev.lockstep.cluster.testkit;

import dev.lockstep.cluster.AgentId;
import dev.lockstep.cluster.Agreement;
import dev.lockstep.cluster.AttemptId;
import dev.lockstep.cluster.ClusterEvent;
import dev.lockstep.cluster.Generation;
import dev.lockstep.cluster.GenerationRegister;
import dev.lockstep.cluster.InMemoryRegister;
import dev.lockstep.cluster.JobSpec;
import dev.lockstep.cluster.Member;
import dev.lockstep.cluster.WorkPoint;
import dev.lockstep.cluster.WorkerId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * A whole cluster on one thread in virtual time: agents, their workers, and coordinators over one register. Messages
 * are delayed at random, overtake one another and may be lost on the way. A seed decides everything. Confined to one
 * thread.
 */
public final class SimulatedCluster {

    static final Duration MESSAGE_DELAY_MAX = Duration.ofMillis(20);
    private static final Duration START_DELAY_MAX = Duration.ofMillis(400);
    private static final Duration TRAINING_MAX = Duration.ofSeconds(3);
    private static final Duration DETECTION_MAX = Duration.ofSeconds(1);
    private static final Duration REAPING_MAX = Duration.ofMillis(50);
    private static final int ACTIONS_MAX = 200_000;
    private static final long LAST_STEP = 100;

    final VirtualTime time;
    final GenerationRegister register = new InMemoryRegister();
    final JobSpec job;
    final ClusterChecker checker;
    private final List<Agent> agents = new ArrayList<>();
    private final Map<WorkerId, Worker> workers = new LinkedHashMap<>();
    private final List<SimulatedCoordinator> coordinators = new ArrayList<>();
    private final Set<Set<WorkerId>> cutLinks = new HashSet<>();
    private final SimulatedLink.Network network;

    /**
     * Sets up a cluster whose workers start within the first 400 ms and whose network loses nothing; one coordinator
     * runs from the beginning.
     *
     * @param seed decides the schedule
     * @param machines the number of machines
     * @param workersPerMachine the number of workers on each
     */
    public SimulatedCluster(long seed, int machines, int workersPerMachine) {
        this(seed, machines, workersPerMachine, 0);
    }

    /**
     * Sets up such a cluster on a network that loses packets.
     *
     * @param seed decides the schedule
     * @param machines the number of machines
     * @param workersPerMachine the number of workers on each
     * @param lossPercent how many packets of a hundred are lost, below 100
     */
    public SimulatedCluster(long seed, int machines, int workersPerMachine, int lossPercent) {
        this.time = new VirtualTime(seed);
        this.network = new SimulatedLink.Network(time, MESSAGE_DELAY_MAX, lossPercent);
        AttemptId attempt = register.newAttempt(Samples.runId(1));
        this.job = new JobSpec(attempt, machines, workersPerMachine, JobSpec.Timeouts.DEFAULT);
        this.checker = new ClusterChecker(register, attempt);
        startCoordinator();
        for (int machine = 0; machine < machines; machine++) {
            agents.add(new Agent(machine, workersPerMachine));
        }
    }

    /** {@return the clock, for planning faults} */
    public VirtualTime time() {
        return time;
    }

    /** Starts one more coordinator, which takes over from the register while older ones may still run. */
    public void startCoordinator() {
        var coordinator = new SimulatedCoordinator(this);
        coordinators.add(coordinator);
        agents.forEach(coordinator::meet);
    }

    /** Ends the oldest coordinator that runs, unless it is the only one. */
    public void crashOldestCoordinator() {
        List<SimulatedCoordinator> running =
                coordinators.stream().filter(SimulatedCoordinator::runs).toList();
        if (running.size() > 1) {
            running.getFirst().crash();
        }
    }

    /**
     * Kills a worker process, if it lives.
     *
     * @param index the worker's number over all machines, from 0
     */
    public void killWorker(int index) {
        worker(index).die("killed by SIGKILL");
    }

    /**
     * Takes a machine away with all that runs on it.
     *
     * @param index the machine's number, from 0
     */
    public void killAgent(int index) {
        agents.get(index).die();
    }

    /**
     * Cuts the link between two workers; both live on.
     *
     * @param first a worker's number
     * @param second another's
     */
    public void cutLink(int first, int second) {
        cutLinks.add(Set.of(worker(first).member.id(), worker(second).member.id()));
    }

    /**
     * Runs to the end.
     *
     * @return the exit codes of the coordinators that finished, in order of their start; never empty
     * @throws AssertionError if a rule is broken, nobody finishes, or a machine that lives has not heard of the end
     */
    public List<Integer> run() {
        time.run(ACTIONS_MAX);
        List<Integer> exitCodes = coordinators.stream()
                .flatMap(c -> c.exitCode().stream().boxed())
                .toList();
        if (exitCodes.isEmpty()) {
            throw new AssertionError("nothing is left to do and nobody has finished: " + coordinators);
        }
        exitCodes.forEach(checker::finished);
        checkThatAllHeardOfTheEnd();
        return exitCodes;
    }

    private void checkThatAllHeardOfTheEnd() {
        boolean finisherLives = coordinators.stream()
                .anyMatch(coordinator ->
                        coordinator.lives() && coordinator.exitCode().isPresent());
        for (Agent agent : agents) {
            if (finisherLives && agent.lives() && !agent.heardTheEnd) {
                throw new AssertionError("agent " + agent.id + " has not heard of the end");
            }
        }
    }

    SimulatedLink<ClusterEvent> link(Agent from, SimulatedCoordinator to) {
        return new SimulatedLink<>(network, () -> from.lives() && to.lives(), to::apply);
    }

    SimulatedLink<Consumer<Agent>> link(SimulatedCoordinator from, Agent to) {
        return new SimulatedLink<>(network, () -> from.lives() && to.lives(), word -> word.accept(to));
    }

    private Worker worker(int index) {
        return List.copyOf(workers.values()).get(index);
    }

    /** A machine: it tells every coordinator what happens to its workers, and tells a new one again. */
    final class Agent {

        private final AgentId id;
        private final List<ClusterEvent> journal = new ArrayList<>();
        private final List<SimulatedLink<ClusterEvent>> ways = new ArrayList<>();
        private boolean alive = true;
        private boolean heardTheEnd;

        Agent(int machine, int workerCount) {
            this.id = Samples.agent(machine);
            coordinators.forEach(coordinator -> coordinator.meet(this));
            report(new ClusterEvent.AgentJoined(id, "host-" + machine, workerCount));
            for (int local = 0; local < workerCount; local++) {
                var worker = new Worker(this, Samples.member(machine, local, workers.size()));
                workers.put(worker.member.id(), worker);
                time.after(START_DELAY_MAX, worker::start);
            }
        }

        boolean lives() {
            return alive;
        }

        /** Tells a coordinator all that has happened, and from now on what happens. */
        void introduce(SimulatedCoordinator coordinator) {
            if (alive) {
                SimulatedLink<ClusterEvent> way = link(this, coordinator);
                ways.add(way);
                journal.forEach(way::send);
            } else {
                time.after(DETECTION_MAX, () -> coordinator.apply(new ClusterEvent.AgentLost(id, "no heartbeat")));
            }
        }

        void report(ClusterEvent event) {
            if (alive) {
                journal.add(event);
                ways.forEach(way -> way.send(event));
            }
        }

        void enter(Generation generation) {
            mine().forEach(worker -> worker.enter(generation));
        }

        void kill(WorkerId id, String why) {
            mine().filter(worker -> worker.member.id().equals(id)).forEach(worker -> worker.die(why));
        }

        void end() {
            heardTheEnd = true;
            mine().forEach(worker -> worker.die("the run is over"));
        }

        void die() {
            if (!alive) {
                return;
            }
            alive = false;
            mine().forEach(worker -> worker.alive = false);
            for (SimulatedCoordinator coordinator : coordinators) {
                time.after(DETECTION_MAX, () -> coordinator.apply(new ClusterEvent.AgentLost(id, "no heartbeat")));
            }
        }

        private Stream<Worker> mine() {
            return workers.values().stream().filter(worker -> worker.agent == this);
        }
    }

    /** A worker process: it enters what is announced and finishes unless a peer is out of reach. */
    private final class Worker {

        private final Agent agent;
        private final Member member;
        private boolean alive = true;
        private long generation;

        Worker(Agent agent, Member member) {
            this.agent = agent;
            this.member = member;
        }

        void start() {
            if (alive) {
                agent.report(new ClusterEvent.WorkerStarted(
                        member.id(), member.agent(), member.host(), member.pid(), member.localRank()));
                time.after(START_DELAY_MAX, this::ready);
            }
        }

        void ready() {
            if (alive) {
                agent.report(new ClusterEvent.WorkerReady(
                        member, new Agreement(Samples.VIRTUAL_RANKS, "plan", "fingerprint")));
            }
        }

        void enter(Generation announced) {
            if (alive && announced.hasMember(member.id()) && announced.number() > generation) {
                generation = announced.number();
                time.after(TRAINING_MAX, () -> finish(announced));
            }
        }

        private void finish(Generation of) {
            if (!alive || generation != of.number()) {
                return;
            }
            for (Member peer : of.members()) {
                if (outOfReach(peer.id())) {
                    agent.report(new ClusterEvent.PeerUnreachable(
                            member.id(), peer.id(), generation, WorkPoint.UNKNOWN, "end of stream"));
                    return;
                }
            }
            agent.report(new ClusterEvent.WorkerDone(member.id(), generation, LAST_STEP, "digest"));
        }

        private boolean outOfReach(WorkerId peer) {
            boolean dead = workers.values().stream().anyMatch(w -> w.member.id().equals(peer) && !w.alive);
            return dead || (!peer.equals(member.id()) && cutLinks.contains(Set.of(peer, member.id())));
        }

        void die(String cause) {
            if (alive) {
                alive = false;
                time.after(
                        REAPING_MAX,
                        () -> agent.report(new ClusterEvent.WorkerDied(member.id(), cause, WorkPoint.UNKNOWN)));
            }
        }
    }
}
