package dev.lockstep.launcher.worker;

import dev.lockstep.collectives.aeron.AeronEndpoint;
import dev.lockstep.collectives.netty.TcpEndpoint;
import dev.lockstep.collectives.netty.TcpOptions;
import dev.lockstep.collectives.transport.Endpoint;
import dev.lockstep.collectives.transport.Transport;
import dev.lockstep.collectives.wire.WireIdentity;
import dev.lockstep.launcher.AeronFolder;
import dev.lockstep.launcher.link.AgentMessage;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;

/** The data plane over one wire: whoever asks for it by name gets no other. */
final class WirePlane implements DataPlane {
    private final Endpoint endpoint;

    private WirePlane(Endpoint endpoint) {
        this.endpoint = endpoint;
    }

    /** Listens for TCP on a free port of the address that the flags name. */
    static WirePlane tcp(AgentMessage.JobFlags flags) {
        TcpOptions options =
                flags.tls().on(TcpOptions.defaults(System::nanoTime).withSockets(flags.sockets()));
        return new WirePlane(TcpEndpoint.bind(flags.listen(), 0, identity(flags), options));
    }

    /**
     * Listens for Aeron on a free port of the address that the flags name.
     *
     * @throws dev.lockstep.launcher.LaunchException if this machine is not fit for it
     */
    static WirePlane aeron(AgentMessage.JobFlags flags) {
        AeronFolder.require(flags.maxWorkers());
        return new WirePlane(AeronEndpoint.open(flags.listen(), identity(flags), AeronFolder.options()));
    }

    private static WireIdentity identity(AgentMessage.JobFlags flags) {
        byte[] token = flags.jobToken().getBytes(StandardCharsets.UTF_8);
        return new WireIdentity(flags.runId(), flags.attempt(), token);
    }

    @Override
    public String address() {
        return endpoint.address();
    }

    @Override
    public Transport connect(AgentMessage.Form form, Duration timeout) {
        List<String> addresses = form.peers().stream()
                .map(peer -> LocalPlane.listening(peer.address()))
                .toList();
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
