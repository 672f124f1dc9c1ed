package dev.lockstep.backend.cpu.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

/** The first calls of a loop are cut, and what is cut adds up. */
class FirstPiecesTest {
    private final FirstPieces pieces = new FirstPieces();

    @Test
    void aCallIsCutIntoPiecesOfOneSizeAndARestThatIsNoShorter() {
        assertEquals(FirstPieces.SIZE, pieces.next(3 * FirstPieces.SIZE + 1));
        assertEquals(FirstPieces.SIZE, pieces.next(2 * FirstPieces.SIZE + 1));
        assertEquals(FirstPieces.SIZE + 1, pieces.next(FirstPieces.SIZE + 1));
    }

    @Test
    void aShortCallStaysWhole() {
        assertEquals(2 * FirstPieces.SIZE - 1, pieces.next(2 * FirstPieces.SIZE - 1));
        assertEquals(1, pieces.next(1));
    }

    @Test
    void afterTheFirstPiecesNothingIsCut() {
        for (int i = 0; i < FirstPieces.COUNT; i++) {
            assertEquals(FirstPieces.SIZE, pieces.next(1_000_000));
        }
        assertEquals(1_000_000, pieces.next(1_000_000));
    }
}
