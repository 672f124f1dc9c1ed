package dev.lockstep.tensorboard;

import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What TensorBoard's table of hyper-parameters is made of: the names of an experiment's parameters and metrics, the
 * values of a session, and its end (messages of {@code tensorboard.hparams}, schema version 0). In order of name.
 */
final class HyperParameters {
    private static final int TEXT = 1;
    private static final int FLAG = 2;
    private static final int NUMBER = 3;
    private static final int SUCCESS = 1;

    private final SortedMap<String, Object> values;
    private final SortedMap<String, Double> metrics;

    /**
     * Takes the values.
     *
     * @throws IllegalArgumentException if one is no number, flag or string
     */
    HyperParameters(Map<String, ?> values, Map<String, Double> metrics) {
        this.values = new TreeMap<>(values);
        this.metrics = new TreeMap<>(metrics);
        this.values.forEach(HyperParameters::type);
    }

    SortedMap<String, Double> metrics() {
        return metrics;
    }

    private static int type(String name, Object value) {
        return switch (value) {
            case String _ -> TEXT;
            case Boolean _ -> FLAG;
            case Number _ -> NUMBER;
            default ->
                throw new IllegalArgumentException(
                        "hyper-parameter " + name + ": expected a number, a flag or a string," + " got " + value
                                + ", a " + value.getClass().getSimpleName());
        };
    }

    /** {@return the value that says which parameters and metrics there are} */
    Message experiment() {
        Message experiment = new Message();
        values.forEach((name, value) ->
                experiment.message(4, new Message().text(1, name).number(4, type(name, value))));
        metrics.keySet().forEach(name -> experiment.message(5, new Message().message(1, new Message().text(2, name))));
        return value("_hparams_/experiment", new Message().message(2, experiment));
    }

    /** {@return the value that says what the parameters are} */
    Message start() {
        Message session = new Message();
        values.forEach(
                (name, value) -> session.message(1, new Message().text(1, name).message(2, json(value))));
        return value("_hparams_/session_start_info", new Message().message(3, session));
    }

    /** {@return the value that says that the session has ended} */
    Message end() {
        return value("_hparams_/session_end_info", new Message().message(4, new Message().number(1, SUCCESS)));
    }

    /** {@return a google.protobuf.Value} */
    private static Message json(Object value) {
        return switch (value) {
            case Boolean flag -> new Message().number(4, flag ? 1 : 0);
            case Number number -> new Message().real(2, number.doubleValue());
            default -> new Message().text(3, value.toString());
        };
    }

    private static Message value(String tag, Message content) {
        Message plugin = new Message().text(1, "hparams").message(2, content);
        return new Message().text(1, tag).message(9, new Message().message(1, plugin));
    }
}
