package dev.lockstep.launcher.worker;

import dev.lockstep.collectives.netty.TcpEndpoint;
import dev.lockstep.collectives.netty.TcpOptions;
import dev.lockstep.collectives.transport.Transport;
import dev.lockstep.collectives.wire.WireIdentity;
import dev.lockstep.launcher.link.AgentMessage;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;

/** The data plane over TCP. */
final class TcpPlane implements DataPlane {
    private final TcpEndpoint endpoint;

    private TcpPlane(TcpEndpoint endpoint) {
        this.endpoint = endpoint;
    }

    /** Listens on a free port of the address that the flags name. */
    static TcpPlane open(AgentMessage.JobFlags flags) {
        WireIdentity identity = new WireIdentity(
                flags.runId(), flags.attempt(), flags.jobToken().getBytes(StandardCharsets.UTF_8));
        TcpOptions options =
                flags.tls().on(TcpOptions.defaults(System::nanoTime).withSockets(flags.sockets()));
        return new TcpPlane(TcpEndpoint.bind(flags.listen(), 0, identity, options));
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
