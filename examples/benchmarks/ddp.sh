#!/usr/bin/env bash
# Data-parallel training on one machine, a batch and a thread a worker: Lockstep and PyTorch's DDP over Gloo take turns.
set -euo pipefail
. "$(dirname -- "${BASH_SOURCE[0]}")/common.sh"

rounds=3 workers=2 models="mlp lenet resnet18"
usage() {
  printf 'usage: ddp.sh [--workers N] [--rounds R] [--models "mlp lenet resnet18"]\n' >&2
  exit 2
}

steps() {
  case $1 in
    mlp) echo 4000 ;;
    lenet) echo 4000 ;;
    resnet18) echo 12 ;;
    *) usage ;;
  esac
}

ours() {
  "$lockstep" bench train --model "$1" --workers "$2" --threads 1 --steps "$(steps "$1")" --json |
    sed 's/^{/{"engine":"lockstep",/'
}

ddp() {
  local rank port=$((20000 + RANDOM % 20000)) pids=()
  for ((rank = 0; rank < $2; rank++)); do
    GLOO_SOCKET_IFNAME=lo torch 1 ddp_torch.py "$rank" "$2" "$port" "$1" "$(steps "$1")" &
    pids+=($!)
  done
  wait "${pids[@]}"
}

while [ $# -gt 0 ]; do
  case $1 in
    --workers) workers=${2:?} ;;
    --rounds) rounds=${2:?} ;;
    --models) models=${2:?} ;;
    # This script starts itself with the next two, under $BENCH_UNDER.
    --ours) ours "$2" "$3" && exit ;;
    --ddp) ddp "$2" "$3" && exit ;;
    *) usage ;;
  esac
  shift 2
done

set_up_torch
"$lockstep" --version >&2
for model in $models; do
  for ((round = 0; round < rounds; round++)); do
    for count in 1 "$workers"; do
      for engine in ours ddp; do
        "${under[@]}" bash "$here/ddp.sh" "--$engine" "$model" "$count" ||
          printf '%s of %s on %s worker(s) failed\n' "$engine" "$model" "$count" >&2
      done
    done
  done
done | tee >(cat >&2) | "$python" "$here/ddp_table.py"
