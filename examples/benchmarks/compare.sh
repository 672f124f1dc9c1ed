#!/usr/bin/env bash
# Training steps of six models: Lockstep, PyTorch and libtorch take turns, on one thread and on two. See README.md.
set -euo pipefail
. "$(dirname -- "${BASH_SOURCE[0]}")/common.sh"

rounds=3 factor=5 threads="1 2" models="mlp mlp-small lenet resnet18 gpt lstm" out="" formats="contiguous channels_last"
usage() {
  printf 'usage: compare.sh [--quick] [--rounds R] [--threads "1 2"] [--models "mlp lenet ..."] [--out FILE.md]\n' >&2
  exit 2
}

# seconds MODEL: how long each engine trains it: longer than the compilers of a JVM need to be done, as a training run
# is, and that is said apart. A step of resnet18 takes one of them.
seconds() {
  case $1 in
    resnet18) echo $((8 * factor)) ;;
    *) echo $((6 * factor)) ;;
  esac
}

# turn MODEL THREADS: every engine once, one JSON line each.
turn() {
  local model=$1 count=$2 time format
  time=$(seconds "$model")
  "$lockstep" bench train --model "$model" --threads "$count" --seconds "$time" --json | sed 's/^{/{"engine":"lockstep",/'
  for format in $formats; do
    case $format-$model in channels_last-mlp* | channels_last-gpt | channels_last-lstm) continue ;; esac
    torch "$count" train_torch.py "$model" "$count" "$time" "$format"
    libtorch "$model" "$count" "$time" "$format"
  done
}

while [ $# -gt 0 ]; do
  case $1 in
    --quick) rounds=1 factor=1 && shift && continue ;;
    --rounds) rounds=${2:?} ;;
    --threads) threads=${2:?} ;;
    --models) models=${2:?} ;;
    --out) out=${2:?} ;;
    --turn) factor=$4 && turn "$2" "$3" && exit ;; # This script starts itself with it, under $BENCH_UNDER.
    *) usage ;;
  esac
  shift 2
done

set_up_torch
set_up_libtorch
"$lockstep" --version >&2
{
  limits | sed 's/$/\n/'
  for model in $models; do
    for count in $threads; do
      for ((round = 0; round < rounds; round++)); do
        "${under[@]}" bash "$here/compare.sh" --turn "$model" "$count" "$factor" ||
          printf '%s on %s thread(s): a turn failed\n' "$model" "$count" >&2
      done | tee >(cat >&2)
      echo row
    done
  done | "$python" "$here/compare_table.py"
} | tee "${out:-/dev/null}"
