package dev.lockstep.launcher.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

class LocalPlaneTest {
    @Test
    void membersOfOnePlaceComeTogether() {
        List<String> addresses = List.of("a:1#x", "a:2#x", "b:1#y", "a:3#x", "b:2#y");
        assertEquals(List.of(List.of(0, 1, 3), List.of(2, 4)), LocalPlane.byPlace(addresses));
    }

    @Test
    void aMemberWithoutAPlaceIsAlone() {
        assertEquals(
                List.of(List.of(0), List.of(1), List.of(2, 3)),
                LocalPlane.byPlace(List.of("a:1", "a:2", "b:1#y", "b:2#y")));
    }
}
