#!/usr/bin/env bash
# Machines made of network namespaces, joined by a bridge and by links of a given rate. Needs root and iproute2.
#
#   namespaces.sh up NAME N RATE    machines NAME1 ... NAMEn, 10.79.0.1 ... 10.79.0.n, RATE as tc writes it (500mbit) or none
#   namespaces.sh down NAME         ends them
#   namespaces.sh possible          says why not, and fails, where a machine does not allow this
set -euo pipefail

down() {
  local name
  for name in $(ip netns list | awk '{print $1}' | grep -E "^$1(switch|[0-9]+)\$" || true); do ip netns del "$name"; done
}

# The burst must be large: with 64 KB a link of 1 Gb/s loses half its rate.
shape() { "$@" root tbf rate "$rate" burst 256kb limit 8mb; }

up() {
  local name=$1 count=$2 rate=$3 switch i machine
  down "$name"
  switch="ip netns exec ${name}switch"
  ip netns add "${name}switch"
  $switch ip link add bridge type bridge
  $switch ip link set bridge up
  for ((i = 1; i <= count; i++)); do
    ip netns add "$name$i"
    machine="ip netns exec $name$i"
    ip link add eth0 netns "$name$i" type veth peer name "port$i" netns "${name}switch"
    $machine ip link set lo up
    $machine ip addr add "10.79.0.$i/24" dev eth0
    $machine ip link set eth0 up
    $switch ip link set "port$i" master bridge
    $switch ip link set "port$i" up
    if [ "$rate" != none ]; then
      shape $machine tc qdisc add dev eth0
      shape $switch tc qdisc add dev "port$i"
    fi
  done
}

possible() {
  local name=lsprobe$$
  if [ "$(id -u)" != 0 ]; then echo "namespaces: only root can make network namespaces"; return 1; fi
  if ! command -v ip >/dev/null || ! command -v tc >/dev/null; then echo "namespaces: iproute2 (ip, tc) is missing"; return 1; fi
  if ! (up "$name" 1 500mbit) >/dev/null 2>&1; then
    down "$name" >/dev/null 2>&1 || true
    echo "namespaces: this kernel does not allow network namespaces with shaped links"
    return 1
  fi
  down "$name"
}

case ${1:-} in
  up) up "$2" "$3" "$4" ;;
  down) down "$2" ;;
  possible) possible ;;
  *) sed -n '2,6p' "$0" >&2; exit 2 ;;
esac
