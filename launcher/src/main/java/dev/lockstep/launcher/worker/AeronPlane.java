package dev.lockstep.launcher.worker;

import dev.lockstep.collectives.aeron.AeronEndpoint;
import dev.lockstep.collectives.transport.Transport;
import dev.lockstep.collectives.wire.WireIdentity;
import dev.lockstep.launcher.AeronFolder;
import dev.lockstep.launcher.link.AgentMessage;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;

/** The data plane over Aeron, for runs that ask for it by name. */
final class AeronPlane implements DataPlane {
    private final AeronEndpoint endpoint;

    private AeronPlane(AeronEndpoint endpoint) {
        this.endpoint = endpoint;
    }

    /**
     * Listens on a free port of the address that the flags name.
     *
     * @throws dev.lockstep.launcher.LaunchException if this machine is not fit for it
     */
    static AeronPlane open(AgentMessage.JobFlags flags) {
        WireIdentity identity = new WireIdentity(
                flags.runId(), flags.attempt(), flags.jobToken().getBytes(StandardCharsets.UTF_8));
        AeronFolder.require(flags.maxWorkers());
        return new AeronPlane(AeronEndpoint.open(flags.listen(), identity, AeronFolder.options()));
    }

    @Override
    public String address() {
        return endpoint.address();
    }

    @Override
    public Transport connect(AgentMessage.Form form, Duration timeout) {
        List<String> addresses =
                form.peers().stream().map(AgentMessage.Peer::address).toList();
        return endpoint.join(form.generation(), form.rank(), addresses, timeout);
    }

    @Override
    public void fence(long generation) {
        endpoint.fence(generation);
    }

    @Override
    public void close() {
        endpoint.close();
    }
}
