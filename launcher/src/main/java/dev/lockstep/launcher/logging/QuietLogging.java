package dev.lockstep.launcher.logging;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.spi.ContextAwareBase;

/**
 * Sends warnings of libraries to standard error, which is a worker's log or the user's terminal. Found by logback as a
 * service: reading a file of XML would cost a tenth of a second at each start.
 */
public final class QuietLogging extends ContextAwareBase implements Configurator {
    @Override
    public ExecutionStatus configure(LoggerContext context) {
        PatternLayoutEncoder encoder = new PatternLayoutEncoder();
        encoder.setContext(context);
        encoder.setPattern("%d{HH:mm:ss.SSS} %-5level %logger{0} - %msg%n");
        encoder.start();
        ConsoleAppender<ILoggingEvent> appender = new ConsoleAppender<>();
        appender.setContext(context);
        appender.setName("stderr");
        appender.setTarget("System.err");
        appender.setEncoder(encoder);
        appender.start();
        Logger root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        root.setLevel(Level.WARN);
        root.addAppender(appender);
        // Its warnings are of heartbeats and of seeds that do not answer yet; what they lead to we say ourselves.
        context.getLogger("org.apache.pekko").setLevel(Level.ERROR);
        context.getLogger("org.apache.pekko.io.TcpListener").setLevel(Level.OFF); // A port that is taken.
        return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
    }
}
