#!/usr/bin/env bash
# Sums over the workers of several machines, which are network namespaces with links of a given rate: Lockstep, Gloo and
# Open MPI take turns. Needs root. See README.md.
set -euo pipefail

. "$(dirname -- "${BASH_SOURCE[0]}")/common.sh"
machines=4 rate=1gbit seconds=3 rounds=2 loss=0 delay=0 transports=tcp peers="openmpi gloo"
sizes=(4 1024 65536 1048576 16777216)
while [ $# -gt 0 ]; do
  case $1 in
    --machines) machines=$2 ;;
    --rate) rate=$2 ;;
    --seconds) seconds=$2 ;;
    --rounds) rounds=$2 ;;
    --loss) loss=$2 ;;
    --delay) delay=$2 ;;
    --transports) transports=$2 ;;
    --peers) peers=$2 ;;
    --bytes) IFS=, read -ra sizes <<<"$2" ;;
    *) printf '%s\n' "usage: allreduce_hosts.sh [--machines N] [--rate 1gbit] [--loss PERCENT] [--delay MILLISECONDS]" \
      "  [--seconds S] [--rounds R] [--bytes 4,1024] [--transports \"tcp tls aeron\"] [--peers \"openmpi gloo\"]" >&2; exit 2 ;;
  esac
  shift 2
done

if [ "$loss $delay" = "0 0" ]; then "$here/namespaces.sh" possible; else "$here/namespaces.sh" possible bad; fi
if [[ $peers == *gloo* ]]; then set_up_torch; fi
if [[ $peers == *openmpi* ]]; then set_up_openmpi; fi
"$lockstep" --version >/dev/null # Which builds it, if need be, once and not on every machine.
name=lsb
work=$(mktemp -d)
trap '"$here/namespaces.sh" down "$name"; rm -rf "$work"' EXIT
"$here/namespaces.sh" up "$name" "$machines" "$rate" "$loss" "$delay"
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

# certify: an authority, and a certificate that all machines show.
certify() {
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$work/ca.key" -out "$work/ca.pem" -days 2 -subj /CN=ca
  openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$work/node.key" -out "$work/node.csr" -subj /CN=node
  openssl x509 -req -in "$work/node.csr" -CA "$work/ca.pem" -CAkey "$work/ca.key" -CAcreateserial -out "$work/node.pem" -days 2
}

# ours_on MACHINE PORT TRANSPORT: tls is TCP, encrypted.
ours_on() {
  local bytes over=(--transport "$3")
  bytes=$(IFS=,; printf '%s' "${sizes[*]}")
  if [ "$3" = tls ]; then
    over=(--transport tcp --tls-cert "$work/node.pem" --tls-key "$work/node.key" --tls-ca "$work/ca.pem")
  fi
  on "$1" "$lockstep" bench allreduce --nnodes "$machines" --node-rank $(($1 - 1)) --rendezvous "10.79.0.1:$2" \
    "${over[@]}" --seconds "$seconds" --bytes "$bytes" --json | sed "s/\"transport\":\"tcp\"/\"transport\":\"$3\"/"
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

gloo() {
  if "$python" -c 'import torch' 2>/dev/null; then everywhere gloo_on "$(port)"; fi
}

if command -v mpicc >/dev/null; then mpicc -O3 -march=native -o "$work/allreduce_mpi" "$here/allreduce_mpi.c"; fi
if [[ " $transports " == *" tls "* ]]; then certify 2>/dev/null; fi
for ((round = 0; round < rounds; round++)); do
  for transport in $transports; do everywhere ours_on "$(port)" "$transport"; done
  for peer in $peers; do "$peer"; done
done | tee "$work/lines" | "$python" "$here/allreduce_hosts_table.py"
