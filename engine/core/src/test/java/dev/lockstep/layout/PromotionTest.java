package dev.lockstep.layout;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PromotionTest {
    @ParameterizedTest
    @CsvSource({
        "F32,F32,F32",
        "F32,F64,F64",
        "I64,F32,F32",
        "I64,F16,F16",
        "BOOL,U8,U8",
        "U8,I8,I16",
        "I32,I64,I64",
        "F16,BF16,F32",
        "BOOL,BOOL,BOOL"
    })
    void operandsOfEqualStandingMeetInTheWiderOfTheHigherCategory(DType a, DType b, DType common) {
        assertEquals(common, Promotion.of(a, b));
        assertEquals(common, Promotion.of(b, a));
    }

    @ParameterizedTest
    @CsvSource({
        "F32,1,F64,0,F32",
        "I32,2,I64,0,I32",
        "I64,1,F64,0,F64",
        "F16,1,F32,0,F16",
        "F32,0,F64,0,F64",
        "I64,0,F32,1,F32"
    })
    void aZeroDimOperandDecidesTheCategoryOnly(DType a, int rankA, DType b, int rankB, DType common) {
        assertEquals(common, Promotion.of(a, rankA, b, rankB));
        assertEquals(common, Promotion.of(b, rankB, a, rankA));
    }

    @Test
    void numbersAreWeakerThanTensors() {
        assertEquals(DType.F16, Promotion.withDouble(DType.F16));
        assertEquals(DType.F32, Promotion.withDouble(DType.I64));
        assertEquals(DType.U8, Promotion.withLong(DType.U8));
        assertEquals(DType.I64, Promotion.withLong(DType.BOOL));
    }
}
