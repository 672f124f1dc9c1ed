# Sourced by the scripts here: where things are, how the peers are set up and run at their best.
here=$(cd -P -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
root=$here/../..
lockstep=${LOCKSTEP:-$root/lockstep}
python=${PYTHON:-/usr/bin/python3}
libtorch=$here/libtorch/target

# What every measurement runs under, such as "flock FILE" on a machine that others measure on, too.
read -ra under <<<"${BENCH_UNDER:-}"

# find_java: prints the java of a JDK 25, looked for where ./lockstep looks.
find_java() {
  local home
  for home in "${JAVA_HOME:-}" /usr/lib/jvm/* "$HOME"/.sdkman/candidates/java/*; do
    if [ -x "$home/bin/java" ] && grep -q '^JAVA_VERSION="25' "$home/release" 2>/dev/null; then
      printf '%s/bin/java' "$home"
      return
    fi
  done
  printf 'no JDK 25 found: set JAVA_HOME to one\n' >&2
  return 1
}

# limits [--json]: what the machine can do at most.
limits() {
  "${under[@]}" "$(find_java)" --add-modules jdk.incubator.vector -XX:+UseSerialGC \
    "$here/kernels/src/main/java/dev/lockstep/benchmarks/machine/MachineLimits.java" "$@" 2>/dev/null
}

# Debian's PyTorch is an order of magnitude slower on the reference BLAS that it depends on.
packages=(python3-torch python3-numpy libopenblas0-openmp)
blas=/usr/lib/$(uname -m)-linux-gnu/openblas-openmp
set_up_torch() {
  if "$python" -c 'import torch' 2>/dev/null && [ -d "$blas" ]; then return; fi
  install_packages "${packages[@]}"
}

set_up_openmpi() {
  if command -v mpicc >/dev/null && command -v mpirun >/dev/null && command -v gcc >/dev/null; then return; fi
  install_packages openmpi-bin libopenmpi-dev gcc
}

install_packages() {
  local as_root=()
  printf 'apt-get install %s\n' "$*" >&2
  if [ "$(id -u)" != 0 ]; then as_root=(sudo); fi
  "${as_root[@]}" apt-get update -qq
  "${as_root[@]}" apt-get install -y -qq --no-install-recommends "$@" >&2
}

set_up_libtorch() {
  if [ -d "$libtorch/lib" ] && [ -z "$(find "$here"/libtorch/{pom.xml,src} -newer "$libtorch/lib" -print -quit)" ]; then
    return
  fi
  printf 'building the peer in %s\n' "$libtorch" >&2
  (cd "$root" && mvn -q -B -Ppeers -Dquick -pl examples/benchmarks/libtorch package) >&2
  touch "$libtorch/lib"
}

# torch THREADS SCRIPT ARGUMENTS...
torch() {
  STARTED=$(date +%s.%N) OMP_NUM_THREADS=$1 OPENBLAS_NUM_THREADS=$1 LD_LIBRARY_PATH=$blas "$python" "$here/${@:2}"
}

# libtorch MODEL THREADS SECONDS [channels_last]: its OpenMP threads must not spin beside those of its OpenBLAS (with two
# threads ten times slower); with AVX2 kernels and an allocator that gives nothing back it is up to 1.5 times faster.
libtorch() {
  STARTED=$(date +%s.%N) OMP_NUM_THREADS=$2 OPENBLAS_NUM_THREADS=$2 OMP_WAIT_POLICY=PASSIVE ATEN_CPU_CAPABILITY=avx2 \
    MALLOC_ARENA_MAX=1 MALLOC_TRIM_THRESHOLD_=2000000000 MALLOC_MMAP_THRESHOLD_=1000000000 MALLOC_TOP_PAD_=67108864 \
    "$(find_java)" --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow -XX:+UseSerialGC -Xmx1g \
    -Dorg.bytedeco.javacpp.cachedir="$libtorch/natives" -cp "$libtorch/classes:$libtorch/lib/*" \
    dev.lockstep.peers.TrainLibtorch "$@"
}
