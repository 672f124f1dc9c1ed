#!/usr/bin/env bash
# What virtual ranks cost: samples a second of one process at several V, as parts of those at V = 1. See README.md.
set -euo pipefail
. "$(dirname -- "${BASH_SOURCE[0]}")/common.sh"

rounds=3 threads=1 batch=128 seconds=4 models="mlp"
while [ $# -gt 0 ]; do
  case $1 in
    --rounds) rounds=${2:?} ;;
    --threads) threads=${2:?} ;;
    --batch) batch=${2:?} ;;
    --seconds) seconds=${2:?} ;;
    --models) models=${2:?} ;;
    *)
      printf 'usage: virtual_ranks.sh [--models "mlp ..."] [--threads T] [--batch B] [--seconds S] [--rounds R]\n' >&2
      exit 2
      ;;
  esac
  shift 2
done

"$lockstep" --version >&2
for model in $models; do
  for ((round = 0; round < rounds; round++)); do
    for count in 1 2 4 8 16; do
      "${under[@]}" "$lockstep" bench train --model "$model" --batch "$batch" --threads "$threads" \
        --virtual-ranks "$count" --seconds "$seconds" --json
    done
  done
done | tee >(cat >&2) | "$python" "$here/virtual_ranks_table.py"
