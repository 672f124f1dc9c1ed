package dev.lockstep.cluster.pekko;

import dev.lockstep.cluster.ClusterEvent;
import dev.lockstep.cluster.JobSpec;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.pekko.actor.Address;
import org.apache.pekko.actor.AddressFromURIString;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.cluster.typed.Cluster;
import org.apache.pekko.cluster.typed.ClusterSingleton;
import org.apache.pekko.cluster.typed.Join;
import org.apache.pekko.cluster.typed.JoinSeedNodes;
import org.apache.pekko.cluster.typed.SingletonActor;

/**
 * One machine's place in a cluster: an agent, and the coordinator when it is this node's turn. Thread-safe. The owner
 * closes it; it does not come back after {@link AgentPort#lost}, and a new node of the machine is a new agent.
 */
public final class ClusterNode implements AutoCloseable {

    private static final String SYSTEM_NAME = "lockstep";
    private static final long CLOSE_LIMIT_SECONDS = 10;

    private final ActorSystem<AgentActor.Message> system;
    private final CompletableFuture<JobSpec> job;
    private final AtomicBoolean closed = new AtomicBoolean();

    private ClusterNode(ActorSystem<AgentActor.Message> system, CompletableFuture<JobSpec> job) {
        this.system = system;
        this.job = job;
    }

    /**
     * Founds a cluster for a job. Only who starts a run without a live attempt may do so. Blocks until the node is up.
     *
     * @param options this node
     * @param job the job
     * @param port what the agent does with its workers; may be called before this method returns
     * @return the node
     * @throws ClusterNodeException if the port is taken or the node does not come up in time
     */
    public static ClusterNode found(NodeOptions options, JobSpec job, AgentPort port) {
        return found(options, job, port, new Post());
    }

    static ClusterNode found(NodeOptions options, JobSpec job, AgentPort port, Post post) {
        ClusterNode node = start(options, CompletableFuture.completedFuture(job), port, post);
        Cluster cluster = Cluster.get(node.system);
        cluster.manager().tell(Join.create(cluster.selfMember().address()));
        return node;
    }

    /**
     * Joins the cluster of a job. Blocks until a coordinator has said what is run.
     *
     * @param options this node
     * @param seeds where agents may be found, {@code host:port}; any agent answers
     * @param port what the agent does with its workers; may be called before this method returns
     * @return the node
     * @throws ClusterNodeException if nobody answers in time, if the certificate is not theirs, or if the port is taken
     */
    public static ClusterNode join(NodeOptions options, List<String> seeds, AgentPort port) {
        return join(options, seeds, port, new Post());
    }

    static ClusterNode join(NodeOptions options, List<String> seeds, AgentPort port, Post post) {
        List<Address> addresses = seeds.stream().map(ClusterNode::parse).toList();
        ClusterNode node = start(options, new CompletableFuture<>(), port, post);
        Cluster.get(node.system).manager().tell(new JoinSeedNodes(scala(addresses)));
        try {
            node.job.get(options.timings().join().toMillis(), TimeUnit.MILLISECONDS);
            return node;
        } catch (TimeoutException | ExecutionException failed) {
            node.close();
            throw new ClusterNodeException(
                    ClusterNodeException.RENDEZVOUS,
                    "could not join the job at " + String.join(", ", seeds) + " within "
                            + options.timings().join().toSeconds()
                            + " s: is it running, and is its token and run folder the same?",
                    failed);
        } catch (InterruptedException interrupted) {
            node.close();
            Thread.currentThread().interrupt();
            throw new ClusterNodeException(
                    ClusterNodeException.RENDEZVOUS, "interrupted while joining " + seeds, interrupted);
        }
    }

    /** {@return where other nodes can join, {@code host:port}} */
    public String address() {
        Address address = Cluster.get(system).selfMember().address();
        return address.getHost().orElseThrow() + ":" + address.getPort().orElseThrow();
    }

    /** {@return the job that is run} */
    public JobSpec job() {
        return job.join();
    }

    /**
     * Tells the coordinator what happened on this machine. Never blocks; what is told while there is no coordinator
     * reaches the next one. After the node is closed or lost it does nothing.
     *
     * @param event what an agent reports: about its workers, or a request to stop
     */
    public void report(ClusterEvent event) {
        system.tell(new AgentActor.Report(event));
    }

    /** Leaves at once, without a farewell: the others count this machine as lost. Closing twice does nothing. */
    @Override
    public void close() {
        if (closed.getAndSet(true)) {
            return;
        }
        system.terminate();
        try {
            system.getWhenTerminated().toCompletableFuture().get(CLOSE_LIMIT_SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException | ExecutionException failed) {
            system.log().warn("the node did not stop cleanly within {} s", CLOSE_LIMIT_SECONDS, failed);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private static ClusterNode start(NodeOptions options, CompletableFuture<JobSpec> job, AgentPort port, Post post) {
        ActorSystem<AgentActor.Message> system = open(options, new AgentActor.Environment(options, port, job, post));
        var node = new ClusterNode(system, job);
        var environment = new CoordinatorActor.Environment(
                () -> job.isDone() ? Optional.of(job.join()) : Optional.empty(),
                options.register(),
                options.clock(),
                post,
                node.closed::get);
        ClusterSingleton.get(system).init(SingletonActor.of(CoordinatorActor.create(environment), "coordinator"));
        system.getWhenTerminated().whenComplete((done, failure) -> node.stopped(port));
        return node;
    }

    private static ActorSystem<AgentActor.Message> open(NodeOptions options, AgentActor.Environment environment) {
        try {
            return ActorSystem.create(AgentActor.create(environment), SYSTEM_NAME, NodeConfig.of(options));
        } catch (RuntimeException failed) {
            throw new ClusterNodeException(
                    ClusterNodeException.ENVIRONMENT,
                    "cannot open the control port " + options.host() + ":" + options.port() + ": "
                            + failed.getMessage(),
                    failed);
        }
    }

    private void stopped(AgentPort port) {
        if (!closed.getAndSet(true)) {
            port.lost(
                    "the cluster has taken this machine out, most likely because it could not be reached for a while");
        }
    }

    private static Address parse(String seed) {
        try {
            return AddressFromURIString.parse("pekko://" + SYSTEM_NAME + "@" + seed);
        } catch (RuntimeException malformed) {
            throw new IllegalArgumentException("rendezvous address '" + seed + "' is not HOST:PORT", malformed);
        }
    }

    private static scala.collection.immutable.Seq<Address> scala(List<Address> addresses) {
        return scala.jdk.javaapi.CollectionConverters.asScala(addresses).toSeq();
    }
}
