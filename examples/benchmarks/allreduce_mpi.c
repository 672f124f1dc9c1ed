/* Times MPI_Allreduce over f32, in place; one line of JSON a size. Usage: mpirun -np N allreduce_mpi SECONDS BYTES... */
#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>

enum { CALLS_MIN = 5, CALLS_MAX = 20000 };

static int ascending(const void *a, const void *b) {
    double left = *(const double *)a, right = *(const double *)b;
    return (left > right) - (left < right);
}

static void reduce(float *data, long count) {
    MPI_Allreduce(MPI_IN_PLACE, data, (int)count, MPI_FLOAT, MPI_SUM, MPI_COMM_WORLD);
}

static double largest(double mine) {
    MPI_Allreduce(MPI_IN_PLACE, &mine, 1, MPI_DOUBLE, MPI_MAX, MPI_COMM_WORLD);
    return mine;
}

static double seconds_a_call(float *data, long count, int calls) {
    double since = MPI_Wtime();
    for (int i = 0; i < calls; i++) reduce(data, count);
    return largest((MPI_Wtime() - since) / calls);
}

static void check(const float *data, long count, int ranks) {
    float expected = ranks * (ranks - 1) / 2.0f;
    if (data[0] != expected || data[count - 1] != expected) {
        fprintf(stderr, "wrong sum: %g, %g instead of %g\n", data[0], data[count - 1], expected);
        MPI_Abort(MPI_COMM_WORLD, 1);
    }
}

static void measure(long bytes, double seconds, int rank, int ranks) {
    static double times[CALLS_MAX];
    long count = bytes / (long)sizeof(float);
    float *data = malloc(bytes);
    for (long i = 0; i < count; i++) data[i] = (float)rank;
    reduce(data, count);
    check(data, count, ranks);
    for (long i = 0; i < count; i++) data[i] = 0;
    double each = seconds_a_call(data, count, 3);
    each = seconds_a_call(data, count, seconds / 2 / each < 3 ? 3 : seconds / 2 / each > CALLS_MAX ? CALLS_MAX : (int)(seconds / 2 / each));
    int calls = seconds / each > CALLS_MAX ? CALLS_MAX : seconds / each < CALLS_MIN ? CALLS_MIN : (int)(seconds / each);
    MPI_Barrier(MPI_COMM_WORLD);
    for (int i = 0; i < calls; i++) {
        double since = MPI_Wtime();
        reduce(data, count);
        times[i] = MPI_Wtime() - since;
    }
    qsort(times, calls, sizeof(double), ascending);
    double median = largest(times[calls / 2]), late = largest(times[(int)(calls * 0.99)]);
    if (rank == 0) {
        printf("{\"engine\":\"openmpi\",\"bytes\":%ld,\"workers\":%d,\"p50_us\":%.3f,\"p99_us\":%.3f}\n",
               bytes, ranks, median * 1e6, late * 1e6);
        fflush(stdout);
    }
    free(data);
}

int main(int argc, char **argv) {
    int rank, ranks;
    MPI_Init(&argc, &argv);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &ranks);
    for (int i = 2; i < argc; i++) measure(atol(argv[i]), atof(argv[1]), rank, ranks);
    MPI_Finalize();
    return 0;
}
