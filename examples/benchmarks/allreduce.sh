#!/usr/bin/env bash
# Sums over the workers of one machine: Lockstep, Open MPI and Gloo take turns. See README.md.
set -euo pipefail

. "$(dirname -- "${BASH_SOURCE[0]}")/common.sh"

workers=2 seconds=2 rounds=3 transports="shm tcp aeron"
sizes=(4 1024 65536 1048576 16777216 67108864)
while [ $# -gt 0 ]; do
  case $1 in
    --workers) workers=$2 ;;
    --seconds) seconds=$2 ;;
    --rounds) rounds=$2 ;;
    --transports) transports=$2 ;;
    *)
      printf 'usage: allreduce.sh [--workers N] [--seconds S] [--rounds R] [--transports "shm tcp aeron"]\n' >&2
      exit 2
      ;;
  esac
  shift 2
done

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export OMPI_MCA_mca_base_component_show_load_errors=0
mpi=(mpirun --oversubscribe)
if [ "$(id -u)" = 0 ]; then mpi+=(--allow-run-as-root); fi
if command -v mpicc >/dev/null; then mpicc -O3 -march=native -o "$work/allreduce_mpi" "$here/allreduce_mpi.c"; fi

# ours TRANSPORT: a machine that is not fit for it has said so, and has no column.
ours() {
  local bytes unfit=9
  bytes=$(IFS=,; printf '%s' "${sizes[*]}")
  "$lockstep" bench allreduce --workers "$workers" --transport "$1" --seconds "$seconds" --bytes "$bytes" --json ||
    [ $? = $unfit ]
}

openmpi() {
  if [ -x "$work/allreduce_mpi" ]; then "${mpi[@]}" -np "$workers" "$work/allreduce_mpi" "$seconds" "${sizes[@]}"; fi
}

gloo() {
  local rank port=$((20000 + RANDOM % 20000)) pids=()
  "$python" -c 'import torch' 2>/dev/null || return 0
  for ((rank = 0; rank < workers; rank++)); do
    GLOO_SOCKET_IFNAME=lo OMP_NUM_THREADS=1 \
      "$python" "$here/allreduce_gloo.py" "$rank" "$workers" "$port" "$seconds" "${sizes[@]}" &
    pids+=($!)
  done
  wait "${pids[@]}"
}

limits
for ((round = 0; round < rounds; round++)); do
  for transport in $transports; do ours "$transport"; done
  openmpi
  gloo
done | tee "$work/lines" | "$python" "$here/allreduce_table.py"
