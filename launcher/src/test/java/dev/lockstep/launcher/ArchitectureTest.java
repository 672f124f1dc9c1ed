package dev.lockstep.launcher;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.GeneralCodingRules.THROW_GENERIC_EXCEPTIONS;
import static com.tngtech.archunit.library.GeneralCodingRules.USE_JAVA_UTIL_LOGGING;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static dev.lockstep.launcher.ArchitectureConditions.accessBannedMembers;
import static dev.lockstep.launcher.ArchitectureConditions.beUsedOnlyBelowTheParentPackage;
import static dev.lockstep.launcher.ArchitectureConditions.liveInANullMarkedPackage;
import static dev.lockstep.launcher.ArchitectureConditions.useLaneOperationsWhoseBitsDiffer;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.util.List;

/** Checks who may know whom, over the classes of every module that the launcher puts together. */
@AnalyzeClasses(packages = "dev.lockstep", importOptions = ImportOption.DoNotIncludeTests.class)
final class ArchitectureTest {
    /** Raise it as the code grows, so that the rules can never check a set that has quietly become small. */
    private static final int LEAST_CLASSES = 300;

    private static final String LAUNCHER = "dev.lockstep.launcher..";
    private static final String EXAMPLES = "dev.lockstep.examples..";
    private static final String CPU = "dev.lockstep.backend.cpu..";
    private static final String CUDA = "dev.lockstep.backend.cuda..";
    private static final String PEKKO = "dev.lockstep.cluster.pekko..";
    private static final String NETTY = "dev.lockstep.collectives.netty..";
    private static final String AERON = "dev.lockstep.collectives.aeron..";
    private static final String PARALLEL = "dev.lockstep.collectives.parallel..";

    /** The engine from the bottom up; those of one line do not know one another. */
    private static final List<List<String>> ENGINE = List.of(
            List.of("dev.lockstep.layout.."),
            List.of("dev.lockstep.device.."),
            List.of("dev.lockstep.backend.."),
            List.of("dev.lockstep.autograd.."),
            List.of("dev.lockstep.tensor.."),
            List.of("dev.lockstep.module.."),
            List.of(
                    "dev.lockstep.nn..",
                    "dev.lockstep.optim..",
                    "dev.lockstep.data..",
                    "dev.lockstep.serialization..",
                    "dev.lockstep.tensorboard..",
                    "dev.lockstep.plot..",
                    "dev.lockstep.distributions.."),
            List.of("dev.lockstep.train.."));

    private static final DescribedPredicate<JavaClass> COLLECTIVES_CORE = resideInAPackage("dev.lockstep.collectives..")
            .and(DescribedPredicate.not(resideInAnyPackage(NETTY, AERON, PARALLEL, "dev.lockstep.collectives.nccl..")))
            .as("collectives-core");

    private static final DescribedPredicate<JavaClass> CLUSTER_CORE = resideInAPackage("dev.lockstep.cluster..")
            .and(DescribedPredicate.not(
                    resideInAnyPackage(PEKKO, "dev.lockstep.cluster.register..", "dev.lockstep.cluster.checkpoint..")))
            .as("cluster-core");

    @ArchTest
    static void seesEnoughClasses(JavaClasses classes) {
        assertTrue(classes.size() >= LEAST_CLASSES, () -> "only " + classes.size() + " classes were found");
    }

    @ArchTest
    static void engineIsALadder(JavaClasses classes) {
        for (int i = 0; i < ENGINE.size(); i++) {
            String[] above = ENGINE.subList(i + 1, ENGINE.size()).stream()
                    .flatMap(List::stream)
                    .toArray(String[]::new);
            for (String layer : ENGINE.get(i)) {
                engineLayer(i, layer, above).check(classes);
            }
        }
    }

    private static ArchRule engineLayer(int i, String layer, String[] above) {
        String[] beside = ENGINE.get(i).stream().filter(p -> !p.equals(layer)).toArray(String[]::new);
        return noClasses()
                .that()
                .resideInAPackage(layer)
                .should()
                .dependOnClassesThat(resideInAnyPackage(above).or(resideInAnyPackage(beside)))
                .because("the engine is read from the bottom up; nn, optim, data and serialization stand side by side")
                .allowEmptyShould(true);
    }

    @ArchTest
    static final ArchRule engineKnowsNoCluster = noClasses()
            .that()
            .resideInAnyPackage(ENGINE.stream().flatMap(List::stream).toArray(String[]::new))
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("dev.lockstep.collectives..", "dev.lockstep.cluster..", LAUNCHER, EXAMPLES)
            .because("training on one thread needs no network; train declares ports that others implement")
            .allowEmptyShould(true);

    @ArchTest
    static final ArchRule collectivesCoreKnowsOnlyLayoutAndDevice = classes()
            .that(COLLECTIVES_CORE)
            .should()
            .onlyDependOnClassesThat(DescribedPredicate.not(resideInAPackage("dev.lockstep.."))
                    .or(COLLECTIVES_CORE)
                    .or(resideInAnyPackage("dev.lockstep.layout..", "dev.lockstep.device..")))
            .because("collectives move bytes: what a gradient is, collectives-parallel knows")
            .allowEmptyShould(true);

    @ArchTest
    static final ArchRule transportsKnowOnlyCollectivesCore = classes()
            .that()
            .resideInAnyPackage(NETTY, AERON)
            .should()
            .onlyDependOnClassesThat(DescribedPredicate.not(resideInAPackage("dev.lockstep.."))
                    .or(COLLECTIVES_CORE)
                    .or(resideInAnyPackage(NETTY, AERON, "dev.lockstep.layout..", "dev.lockstep.device..")))
            .because("a transport sends and receives bytes by rank and tag, nothing else")
            .allowEmptyShould(true);

    @ArchTest
    static final ArchRule parallelJoinsEngineAndCollectives = noClasses()
            .that()
            .resideInAPackage(PARALLEL)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("dev.lockstep.cluster..", LAUNCHER, NETTY, AERON)
            .because("no decision about membership is taken inside collectives, and no transport is named there")
            .allowEmptyShould(true);

    @ArchTest
    static final ArchRule clusterCoreKnowsNothingOfOurs = classes()
            .that(CLUSTER_CORE)
            .should()
            .onlyDependOnClassesThat(
                    DescribedPredicate.not(resideInAPackage("dev.lockstep..")).or(CLUSTER_CORE))
            .because("the state machines are pure, so that they can be simulated")
            .allowEmptyShould(true);

    @ArchTest
    static final ArchRule clusterHoldsNoTensors = noClasses()
            .that()
            .resideInAPackage("dev.lockstep.cluster..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(ENGINE.subList(2, ENGINE.size()).stream()
                    .flatMap(List::stream)
                    .toArray(String[]::new))
            .because("no tensor bytes travel in an actor message")
            .allowEmptyShould(true);

    @ArchTest
    static final ArchRule noCyclesBetweenRooms = slices().matching("dev.lockstep.(*)..")
            .should()
            .beFreeOfCycles()
            .because("a room is understood without the rooms above it")
            .allowEmptyShould(true);

    @ArchTest
    static final ArchRule noCyclesInsideCollectives = slices().matching("dev.lockstep.collectives.(*)..")
            .should()
            .beFreeOfCycles()
            .because("a part is understood without the parts above it")
            .allowEmptyShould(true);

    @ArchTest
    static final ArchRule noCyclesInsideCluster = slices().matching("dev.lockstep.cluster.(*)..")
            .should()
            .beFreeOfCycles()
            .because("a part is understood without the parts above it")
            .allowEmptyShould(true);

    @ArchTest
    static final ArchRule concreteBackendsAreChosenByTheLauncher = noClasses()
            .that()
            .resideOutsideOfPackages(CPU, CUDA, LAUNCHER, EXAMPLES)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(CPU, CUDA)
            .because("a backend is found by the device that was asked for, never by its class")
            .allowEmptyShould(true);

    @ArchTest
    static final ArchRule scalarBackendIsAnOracle = noClasses()
            .that()
            .resideOutsideOfPackages("dev.lockstep.backend.scalar..", CPU, CUDA, LAUNCHER, EXAMPLES)
            .should()
            .dependOnClassesThat()
            .resideInAPackage("dev.lockstep.backend.scalar..")
            .because("only another backend may fall back on it, and the launcher offer it")
            .allowEmptyShould(true);

    @ArchTest
    static final ArchRule concreteTransportsAreChosenByTheLauncher = noClasses()
            .that()
            .resideOutsideOfPackages(NETTY, AERON, LAUNCHER, EXAMPLES)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(NETTY, AERON)
            .because("algorithms are written once, above Transport")
            .allowEmptyShould(true);

    @ArchTest
    static final ArchRule internalStaysInside = classes()
            .that()
            .resideInAPackage("dev.lockstep..internal..")
            .should(beUsedOnlyBelowTheParentPackage())
            .because("internal means that it may change without a word")
            .allowEmptyShould(true);

    @ArchTest
    static final ArchRule pekkoStaysInItsRoom = library("org.apache.pekko..", PEKKO, LAUNCHER);

    @ArchTest
    static final ArchRule nettyStaysInItsRoom = library("io.netty..", NETTY);

    @ArchTest
    static final ArchRule aeronStaysInItsRoom = library("io.aeron..", AERON);

    @ArchTest
    static final ArchRule agronaStaysInItsRoom = library("org.agrona..", AERON);

    @ArchTest
    static final ArchRule javaCppStaysInItsRoom =
            library("org.bytedeco..", CPU, CUDA, "dev.lockstep.collectives.nccl..");

    @ArchTest
    static final ArchRule vectorApiStaysInItsRoom = library("jdk.incubator.vector..", CPU);

    @ArchTest
    static final ArchRule protobufStaysInItsRoom = library("com.google.protobuf..", "dev.lockstep.onnx..");

    @ArchTest
    static final ArchRule picocliStaysInItsRoom = library("picocli..", LAUNCHER, EXAMPLES);

    @ArchTest
    static final ArchRule logbackStaysInItsRoom = library("ch.qos.logback..", LAUNCHER);

    private static ArchRule library(String library, String... rooms) {
        return noClasses()
                .that()
                .resideOutsideOfPackages(rooms)
                .should()
                .dependOnClassesThat()
                .resideInAPackage(library)
                .because("a heavy or native library can then be replaced by rewriting one room")
                .allowEmptyShould(true);
    }

    @ArchTest
    static final ArchRule timeAndChanceComeIn = noClasses()
            .that()
            .resideOutsideOfPackages(LAUNCHER, "dev.lockstep..testkit..")
            .should(accessBannedMembers())
            .because("clock, randomness and the console come in through constructors, so that all can be simulated");

    @ArchTest
    static final ArchRule errorsHaveTypes = noClasses()
            .should(THROW_GENERIC_EXCEPTIONS)
            .because("a caller catches what it understands: argument, state, or one of our few exceptions");

    @ArchTest
    static final ArchRule oneLoggingFacade =
            noClasses().should(USE_JAVA_UTIL_LOGGING).because("slf4j is the one door to the log");

    @ArchTest
    static final ArchRule packagesAreNullMarked =
            classes().should(liveInANullMarkedPackage()).because("NullAway trusts an unmarked package with every null");

    @ArchTest
    static final ArchRule lanesKeepTheirBits = noClasses()
            .that()
            .resideInAPackage(CPU)
            .should(useLaneOperationsWhoseBitsDiffer())
            .because("interpreted and compiled code give different bits there")
            .allowEmptyShould(true);
}
