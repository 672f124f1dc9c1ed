package dev.lockstep.launcher.cli;

import java.util.ArrayList;
import java.util.List;

/** Lets flags be written with underscores too, as {@code --nproc_per_node}: many scripts do. */
final class FlagNames {
    private FlagNames() {}

    /**
     * {@return the arguments with `_` turned into `-` in names of long flags; what follows `--` is the program's own}
     */
    static String[] normalize(String[] arguments) {
        List<String> normal = new ArrayList<>();
        boolean own = true;
        for (String argument : arguments) {
            own &= !argument.equals("--");
            normal.add(own && argument.startsWith("--") ? withDashes(argument) : argument);
        }
        return normal.toArray(String[]::new);
    }

    private static String withDashes(String flag) {
        int end = flag.indexOf('=');
        String name = end < 0 ? flag : flag.substring(0, end);
        return name.replace('_', '-') + flag.substring(name.length());
    }
}
