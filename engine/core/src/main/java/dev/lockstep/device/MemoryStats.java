package dev.lockstep.device;

/**
 * What a pool has done so far. Exact while no thread is allocating.
 *
 * @param bytesInUse bytes in the blocks of living storages
 * @param bytesReserved bytes taken from the system and not given back
 * @param bytesInUsePeak the largest {@code bytesInUse} seen, up to 256 KiB a thread too low
 * @param limitBytes how much may be reserved before the pool looks for memory to reclaim
 * @param allocations how many storages were allocated
 * @param reclaimedByGc storages that were never released and found by the garbage collector: leaks
 * @param permanentReclaimed permanent storages (parameters, buffers) whose end the garbage collector found, as is meant
 */
public record MemoryStats(
        long bytesInUse,
        long bytesReserved,
        long bytesInUsePeak,
        long limitBytes,
        long allocations,
        long reclaimedByGc,
        long permanentReclaimed) {}
