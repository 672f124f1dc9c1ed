package dev.lockstep.launcher;

import static com.tngtech.archunit.lang.SimpleConditionEvent.satisfied;
import static com.tngtech.archunit.lang.SimpleConditionEvent.violated;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaConstructorCall;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import org.jspecify.annotations.NullMarked;

/** The conditions that ArchUnit does not bring along. Those after {@code noClasses()} report what must not be. */
final class ArchitectureConditions {
    /** Members that must not be touched, by class; method references count. */
    private static final Map<String, Set<String>> BANNED = Map.of(
            "java.lang.System", Set.of("exit", "out", "err", "in", "currentTimeMillis", "nanoTime"),
            "java.lang.Runtime", Set.of("exit", "halt"),
            "java.lang.Thread", Set.of("sleep"),
            "java.lang.Math", Set.of("random"),
            "java.lang.StrictMath", Set.of("random"),
            "java.time.Instant", Set.of("now"),
            "java.time.Clock", Set.of("systemUTC", "systemDefaultZone"),
            "java.util.concurrent.ThreadLocalRandom", Set.of("current"));

    private static final Set<String> FLOAT_VECTORS =
            Set.of("jdk.incubator.vector.FloatVector", "jdk.incubator.vector.DoubleVector");

    private static final Set<String> BANNED_LANES = Set.of(
            "SIN", "COS", "TAN", "ASIN", "ACOS", "ATAN", "ATAN2", "SINH", "COSH", "TANH", "EXP", "EXPM1", "LOG",
            "LOG10", "LOG1P", "POW", "CBRT", "HYPOT");

    private static final Set<String> INEXACT_SUMS = Set.of("ADD", "MUL");

    private ArchitectureConditions() {}

    static ArchCondition<JavaClass> accessBannedMembers() {
        return condition("touch the clock, chance, the console or the life of the process", (type, events) -> {
            for (JavaAccess<?> access : type.getAccessesFromSelf()) {
                if (isBanned(access)) {
                    events.add(satisfied(access, access.getDescription()));
                }
            }
        });
    }

    private static boolean isBanned(JavaAccess<?> access) {
        String owner = access.getTargetOwner().getName();
        boolean hiddenSeed = owner.equals("java.util.Random")
                && access instanceof JavaConstructorCall call
                && call.getTarget().getRawParameterTypes().isEmpty();
        return hiddenSeed || BANNED.getOrDefault(owner, Set.of()).contains(access.getName());
    }

    static ArchCondition<JavaClass> beUsedOnlyBelowTheParentPackage() {
        return condition("be used only below the parent of their internal package", (type, events) -> {
            String name = type.getPackageName();
            String parent = name.substring(0, name.indexOf(".internal"));
            for (Dependency use : type.getDirectDependenciesToSelf()) {
                String user = use.getOriginClass().getPackageName();
                if (!user.equals(parent) && !user.startsWith(parent + ".")) {
                    events.add(violated(use, use.getDescription()));
                }
            }
        });
    }

    static ArchCondition<JavaClass> liveInANullMarkedPackage() {
        return condition("live in a @NullMarked package", (type, events) -> {
            if (!type.getPackage().isAnnotatedWith(NullMarked.class)) {
                events.add(violated(type, type.getPackageName() + " lacks package-info.java with @NullMarked"));
            }
        });
    }

    static ArchCondition<JavaClass> useLaneOperationsWhoseBitsDiffer() {
        return condition("sum lanes of floats or take lane-wise transcendentals", (type, events) -> {
            for (JavaCodeUnit unit : type.getCodeUnits()) {
                boolean sums = unit.getMethodCallsFromSelf().stream()
                        .anyMatch(c -> FLOAT_VECTORS.contains(c.getTargetOwner().getName())
                                && c.getName().startsWith("reduceLanes"));
                unit.getFieldAccesses().stream()
                        .filter(a -> a.getTargetOwner().getName().equals("jdk.incubator.vector.VectorOperators"))
                        .filter(a -> BANNED_LANES.contains(a.getName()) || (sums && INEXACT_SUMS.contains(a.getName())))
                        .forEach(a -> events.add(satisfied(a, a.getDescription())));
            }
        });
    }

    private static ArchCondition<JavaClass> condition(String text, BiConsumer<JavaClass, ConditionEvents> check) {
        return new ArchCondition<>(text) {
            @Override
            public void check(JavaClass type, ConditionEvents events) {
                check.accept(type, events);
            }
        };
    }
}
