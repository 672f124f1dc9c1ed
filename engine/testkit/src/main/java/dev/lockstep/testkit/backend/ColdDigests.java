package dev.lockstep.testkit.backend;

import dev.lockstep.backend.Backend;
import dev.lockstep.backend.BackendProvider;
import dev.lockstep.device.Device;
import java.util.List;

/**
 * The main of a fresh JVM: runs every mixed case once, as cold as can be, and prints one line a case.
 * {@link BitsContract} starts it with {@code -Xint}, so that no kernel is compiled, and compares with what hot code
 * gives.
 */
public final class ColdDigests {
    /** Begins each line, so that warnings of the JVM are told apart. */
    static final String MARK = "cold ";

    private ColdDigests() {}

    /** Prints the digests; {@code args[0]} names the {@link BackendProvider}. */
    public static void main(String[] args) throws ReflectiveOperationException {
        BackendProvider provider = Class.forName(args[0])
                .asSubclass(BackendProvider.class)
                .getDeclaredConstructor()
                .newInstance();
        Backend backend = provider.open(new Device(provider.deviceType(), 0));
        List<BitCase> cases = BitCases.mixed();
        for (int i = 0; i < cases.size(); i++) {
            try (var values = new Values(backend)) {
                System.out.println(MARK + i + " " + cases.get(i).digest(values));
            }
        }
    }
}
