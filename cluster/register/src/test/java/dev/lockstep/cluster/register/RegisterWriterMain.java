package dev.lockstep.cluster.register;

import dev.lockstep.cluster.AttemptId;
import dev.lockstep.cluster.CreateResult;
import dev.lockstep.cluster.testkit.Samples;
import java.nio.file.Path;

/**
 * Proposes every generation of a range and prints how often it was first. A process of
 * {@link SharedFolderProcessesTest}.
 */
final class RegisterWriterMain {

    private RegisterWriterMain() {}

    public static void main(String[] args) {
        var register = new SharedFolderRegister(Path.of(args[0]));
        var attempt = new AttemptId(Samples.runId(7), 1);
        int won = 0;
        for (long number = 1; number <= Integer.parseInt(args[2]); number++) {
            var proposal = Samples.generation(attempt, number, 2, args[1]);
            won += register.createIfAbsent(proposal) instanceof CreateResult.Created ? 1 : 0;
        }
        System.out.println(won);
    }
}
