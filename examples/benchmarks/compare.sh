#!/usr/bin/env bash
# Training steps of six models: Lockstep and PyTorch take turns, on one thread and on two. See README.md.
set -euo pipefail

here=$(cd -P -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
lockstep=${LOCKSTEP:-$here/../../lockstep}
python=${PYTHON:-/usr/bin/python3}
rounds=3 threads="1 2" models="mlp mlp-small lenet resnet18 gpt lstm" scale=1
usage() {
  printf 'usage: compare.sh [--quick] [--rounds R] [--threads "1 2"] [--models "mlp lenet ..."]\n' >&2
  exit 2
}
while [ $# -gt 0 ]; do
  case $1 in
    --quick) rounds=1 scale=2 && shift && continue ;;
    --rounds) rounds=${2:?} ;;
    --threads) threads=${2:?} ;;
    --models) models=${2:?} ;;
    *) usage ;;
  esac
  shift 2
done

# The peer at its best: Debian's PyTorch is an order of magnitude slower on the reference BLAS that it depends on.
packages=(python3-torch python3-numpy libopenblas0-openmp)
blas=/usr/lib/$(uname -m)-linux-gnu/openblas-openmp
set_up() {
  if "$python" -c 'import torch' 2>/dev/null && [ -d "$blas" ]; then return; fi
  printf 'compare: apt-get install %s\n' "${packages[*]}" >&2
  local root=()
  if [ "$(id -u)" != 0 ]; then root=(sudo); fi
  "${root[@]}" apt-get update -qq
  "${root[@]}" apt-get install -y -qq --no-install-recommends "${packages[@]}" >&2
}

steps() {
  case $1 in
    mlp | lenet) echo $((4000 / scale)) ;; # The compiler needs a second or two of a new JVM's time.
    mlp-small) echo $((20000 / scale)) ;;
    resnet18) echo $((24 / scale + 12)) ;;
    gpt) echo $((160 / scale + 40)) ;;
    lstm) echo $((2000 / scale)) ;;
    *) usage ;;
  esac
}

ours() {
  "$lockstep" bench train --model "$1" --threads "$2" --steps "$(steps "$1")" --json
}

torch() {
  STARTED=$(date +%s.%N) OMP_NUM_THREADS=$2 OPENBLAS_NUM_THREADS=$2 LD_LIBRARY_PATH=$blas \
    "$python" "$here/train_torch.py" "$1" "$2" "$(steps "$1")" "${@:3}"
}

set_up
"$lockstep" --version >&2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for ((round = 0; round < rounds; round++)); do
  for model in $models; do
    for count in $threads; do
      ours "$model" "$count" | sed 's/^{/{"engine":"lockstep",/'
      torch "$model" "$count"
      case $model in lenet | resnet18) torch "$model" "$count" channels_last ;; esac
    done
  done
done | tee "$work/lines" >&2
"$python" "$here/compare_table.py" <"$work/lines"
