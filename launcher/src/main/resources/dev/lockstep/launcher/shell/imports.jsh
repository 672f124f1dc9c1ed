import dev.lockstep.data.*;
import dev.lockstep.device.*;
import dev.lockstep.layout.*;
import dev.lockstep.module.*;
import dev.lockstep.module.Module;
import dev.lockstep.nn.*;
import dev.lockstep.optim.*;
import dev.lockstep.plot.*;
import dev.lockstep.serialization.*;
import dev.lockstep.tensor.*;
import dev.lockstep.tensorboard.*;
import java.io.*;
import java.math.*;
import java.nio.file.*;
import java.util.*;
import java.util.function.*;
import java.util.stream.*;
import static dev.lockstep.tensor.Tensors.*;
void println(Object value) { System.out.println(value); }
