#!/usr/bin/env bash
# Where the time of a training step goes, model by model: prints docs/profiles.md. See README.md.
set -euo pipefail
. "$(dirname -- "${BASH_SOURCE[0]}")/common.sh"

seconds=16 models="mlp mlp-small lenet resnet18 gpt lstm"
while [ $# -gt 0 ]; do
  case $1 in
    --seconds) seconds=${2:?} ;;
    --models) models=${2:?} ;;
    *) printf 'usage: profiles.sh [--seconds S] [--models "mlp lenet ..."]\n' >&2 && exit 2 ;;
  esac
  shift 2
done

"$lockstep" --version >&2
{
  limits --json
  for model in $models; do
    "${under[@]}" "$lockstep" bench train --model "$model" --threads 1 --seconds "$seconds" --profile --json
  done
} | "$python" "$here/profiles_table.py"
