#!/usr/bin/env bash
# Data-parallel training over a link: two workers over TCP in a network namespace whose loopback has a given rate for
# both directions together. Prints a line of JSON a run. Needs unshare, ip and tc.
set -euo pipefail
. "$(dirname -- "${BASH_SOURCE[0]}")/common.sh"

rate=2gbit rounds=2 models="mlp resnet18" hooks="none bf16 powersgd:2"
usage() {
  printf 'usage: ddp_link.sh [--rate 2gbit] [--rounds R] [--models "mlp resnet18"]\n' >&2
  exit 2
}

train() {
  local steps=300
  if [ "$1" = resnet18 ]; then steps=8; fi
  ip link set lo mtu 1500
  ip link set lo up
  tc qdisc add dev lo root tbf rate "$rate" burst 512kb limit 8mb
  "$lockstep" bench train --model "$1" --compression "$2" --transport tcp --workers 2 --threads 1 --steps "$steps" --json |
    sed "s/^{/{\"rate\":\"$rate\",/"
}

while [ $# -gt 0 ]; do
  case $1 in
    --rate) rate=${2:?} ;;
    --rounds) rounds=${2:?} ;;
    --models) models=${2:?} ;;
    # This script starts itself with the next one, in a namespace.
    --train) train "$2" "$3" && exit ;;
    *) usage ;;
  esac
  shift 2
done

"$lockstep" --version >&2
for model in $models; do
  for ((round = 0; round < rounds; round++)); do
    for hook in $hooks; do
      # "--train" takes two arguments, so it comes last.
      "${under[@]}" unshare -rn bash "$here/ddp_link.sh" --rate "$rate" --train "$model" "$hook" ||
        printf '%s with %s failed\n' "$model" "$hook" >&2
    done
  done
done
