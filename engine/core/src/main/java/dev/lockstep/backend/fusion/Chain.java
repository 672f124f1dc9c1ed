package dev.lockstep.backend.fusion;

import dev.lockstep.backend.Backend;
import dev.lockstep.backend.Value;
import dev.lockstep.backend.op.Fused;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;

/** The deferred ops that one result needs, in an order in which they can run. Confined to a thread. */
final class Chain {
    private final List<Deferred> works = new ArrayList<>();
    private final IdentityHashMap<Deferred, Integer> places = new IdentityHashMap<>();
    private final List<Value> inputs = new ArrayList<>();

    private Chain() {}

    /** Collects what has to run for a result. */
    static Chain ending(Deferred last) {
        Chain chain = new Chain();
        chain.add(last);
        return chain;
    }

    private void add(Deferred work) {
        for (Value input : work.inputs()) {
            Deferred.of(input).filter(before -> !places.containsKey(before)).ifPresent(this::add);
        }
        for (Value input : work.inputs()) {
            if (Deferred.of(input).isEmpty() && inputIndex(input) < 0) {
                inputs.add(input);
            }
        }
        places.put(work, works.size());
        works.add(work);
    }

    private int inputIndex(Value value) {
        for (int i = 0; i < inputs.size(); i++) {
            Value known = inputs.get(i);
            if (known.storage() == value.storage() && known.layout().equals(value.layout())) {
                return i;
            }
        }
        return -1;
    }

    /** Runs the chain and completes the last op, and those on the way whose results somebody else wants. */
    void run(Backend backend) {
        List<Deferred> written = works.stream()
                .filter(work -> work.isWanted() || work == works.getLast())
                .toList();
        Value[] outputs = works.size() == 1
                ? backend.execute(
                        works.getFirst().op(), works.getFirst().inputs().toArray(Value[]::new))
                : backend.execute(fused(written), inputs.toArray(Value[]::new));
        for (int i = 0; i < outputs.length; i++) {
            written.get(i).complete(outputs[i]);
        }
    }

    private Fused fused(List<Deferred> written) {
        List<Fused.Link> links = works.stream()
                .map(work -> new Fused.Link(
                        work.op(), work.inputs().stream().map(this::argument).toList()))
                .toList();
        return new Fused(inputs.size(), links, written.stream().map(places::get).toList());
    }

    private int argument(Value input) {
        return Deferred.of(input).map(before -> inputs.size() + placeOf(before)).orElseGet(() -> inputIndex(input));
    }

    private int placeOf(Deferred work) {
        Integer place = places.get(work);
        if (place == null) {
            throw new AssertionError("a deferred op was not collected");
        }
        return place;
    }
}
