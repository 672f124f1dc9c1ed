#!/usr/bin/env bash
# Sums over the workers of several machines, which are network namespaces with links of a given rate: Lockstep, Gloo and
# Open MPI take turns. Needs root. See README.md.
set -euo pipefail

. "$(dirname -- "${BASH_SOURCE[0]}")/common.sh"
machines=4 rate=1gbit seconds=0.5 rounds=2
sizes=(4 1024 65536 1048576 16777216)
while [ $# -gt 0 ]; do
  case $1 in
    --machines) machines=$2 ;;
    --rate) rate=$2 ;;
    --seconds) seconds=$2 ;;
    --rounds) rounds=$2 ;;
    *) printf 'usage: allreduce_hosts.sh [--machines N] [--rate 1gbit] [--seconds S] [--rounds R]\n' >&2; exit 2 ;;
  esac
  shift 2
done

"$here/namespaces.sh" possible
set_up_torch
set_up_openmpi
"$lockstep" --version >/dev/null # Which builds it, if need be, once and not on every machine.
name=lsb
work=$(mktemp -d)
trap '"$here/namespaces.sh" down "$name"; rm -rf "$work"' EXIT
"$here/namespaces.sh" up "$name" "$machines" "$rate"
export LOCKSTEP_TOKEN OMPI_MCA_mca_base_component_show_load_errors=0
LOCKSTEP_TOKEN=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')

# on MACHINE COMMAND...: runs a command on one of the machines.
on() { ip netns exec "$name$1" "${@:2}"; }

port() { printf '%s' $((20000 + RANDOM % 20000)); }

# everywhere FUNCTION ARGUMENTS...: calls it with each machine's number, all at once.
everywhere() {
  local machine pids=()
  for ((machine = 1; machine <= machines; machine++)); do
    "$1" "$machine" "${@:2}" &
    pids+=($!)
  done
  wait "${pids[@]}"
}

ours_on() {
  local bytes
  bytes=$(IFS=,; printf '%s' "${sizes[*]}")
  on "$1" "$lockstep" bench allreduce --nnodes "$machines" --node-rank $(($1 - 1)) --rendezvous "10.79.0.1:$2" \
    --transport "$3" --seconds "$seconds" --bytes "$bytes" --json
}

gloo_on() {
  on "$1" env GLOO_SOCKET_IFNAME=eth0 OMP_NUM_THREADS=1 MASTER=10.79.0.1 \
    "$python" "$here/allreduce_gloo.py" $(($1 - 1)) "$machines" "$2" "$seconds" "${sizes[@]}"
}

# Each "host" has a name of its own; without mpi_yield_when_idle its ranks would spin on processors that they share.
openmpi() {
  local hosts
  if [ ! -x "$work/allreduce_mpi" ]; then return 0; fi
  hosts=$(seq -s, -f "$name%g:1" "$machines")
  printf '#!/bin/bash\nh=$1; shift; exec ip netns exec $h unshare -u bash -c "hostname $h; $*"\n' >"$work/agent"
  chmod +x "$work/agent"
  on 1 unshare -u bash -c "hostname ${name}1; mpirun --allow-run-as-root --oversubscribe --mca plm_rsh_agent $work/agent \
    --host $hosts -np $machines --mca mpi_yield_when_idle 1 --mca btl tcp,self --mca btl_tcp_if_include 10.79.0.0/24 \
    --mca oob_tcp_if_include 10.79.0.0/24 $work/allreduce_mpi $seconds ${sizes[*]}"
}

if command -v mpicc >/dev/null; then mpicc -O3 -march=native -o "$work/allreduce_mpi" "$here/allreduce_mpi.c"; fi
for ((round = 0; round < rounds; round++)); do
  everywhere ours_on "$(port)" tcp
  openmpi
  if "$python" -c 'import torch' 2>/dev/null; then everywhere gloo_on "$(port)"; fi
done | tee "$work/lines" | "$python" "$here/allreduce_hosts_table.py"
