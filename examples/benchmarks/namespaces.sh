#!/usr/bin/env bash
# Machines made of network namespaces, joined by a bridge and by links of a given rate. Needs root and iproute2.
#
#   namespaces.sh up NAME N RATE [LOSS DELAY]   machines NAME1 ... NAMEn, 10.79.0.1 ... 10.79.0.n, RATE as tc writes it
#                                   (500mbit) or none; LOSS per cent of the frames are lost, all come DELAY ms later:
#                                   by netem, or by a switch in user space (switch.py) where the kernel has none
#   namespaces.sh down NAME         ends them
#   namespaces.sh possible [plain|bad]   says why not, and fails, where a machine does not allow this
set -euo pipefail

here=$(cd -P -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)

down() {
  local name pid=/run/$1.switch
  if [ -f "$pid" ]; then kill "$(<"$pid")" 2>/dev/null || true; rm -f "$pid" "$pid.log"; fi
  for name in $(ip netns list | awk '{print $1}' | grep -E "^$1(switch|[0-9]+)\$" || true); do ip netns del "$name"; done
}

# The burst must be large: with 64 KB a link of 1 Gb/s loses half its rate.
shape() { "$@" root handle 1: tbf rate "$rate" burst 256kb limit 8mb; }

# has_netem NAMESPACE: whether this kernel can lose and delay frames by itself.
has_netem() { ip netns exec "$1" tc qdisc add dev lo root netem delay 1ms 2>/dev/null; }

# Frames are large here: the switch takes as long for a small one.
up_in_user_space() {
  local name=$1 count=$2 rate=$3 i machine
  for ((i = 1; i <= count; i++)); do ip netns add "$name$i"; done
  coproc SWITCH { exec python3 "$here/switch.py" "$name" "$count" "$4" "$5" 2>"/run/$name.switch.log"; }
  echo "$SWITCH_PID" >"/run/$name.switch"
  if ! read -r -t 20 -u "${SWITCH[0]}" _; then
    echo "namespaces: the switch did not start: $(<"/run/$name.switch.log")" >&2
    return 1
  fi
  for ((i = 1; i <= count; i++)); do
    machine="ip netns exec $name$i"
    $machine ip link set lo up
    $machine ip link set eth0 address "02:00:00:00:00:0$i" mtu 9000
    $machine ip addr add "10.79.0.$i/24" dev eth0
    $machine ip link set eth0 txqueuelen 1000 up
    if [ "$rate" != none ]; then shape $machine tc qdisc add dev eth0; fi
  done
}

# Behind the limit of the rate, if there is one.
bend() {
  local place=root
  if [ "$rate" != none ]; then place="parent 1:"; fi
  "$@" $place netem loss "$loss%" delay "${delay}ms" limit 10000
}

up() {
  local name=$1 count=$2 rate=$3 loss=${4:-0} delay=${5:-0} switch i machine
  down "$name"
  if [ "$loss $delay" != "0 0" ]; then
    ip netns add "${name}switch"
    if ! has_netem "${name}switch"; then
      up_in_user_space "$name" "$count" "$rate" "$loss" "$delay"
      return
    fi
    ip netns del "${name}switch"
  fi
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
    if [ "$loss $delay" != "0 0" ]; then bend $machine tc qdisc add dev eth0; fi
  done
}

possible() {
  local name=lsprobe$$ bends=no
  if [ "$(id -u)" != 0 ]; then echo "namespaces: only root can make network namespaces"; return 1; fi
  if ! command -v ip >/dev/null || ! command -v tc >/dev/null; then echo "namespaces: iproute2 (ip, tc) is missing"; return 1; fi
  if ! (up "$name" 1 500mbit) >/dev/null 2>&1; then
    down "$name" >/dev/null 2>&1 || true
    echo "namespaces: this kernel does not allow network namespaces with shaped links"
    return 1
  fi
  if has_netem "${name}1"; then bends=yes; fi
  down "$name"
  if [ "${1:-plain} $bends" != "bad no" ]; then return; fi
  if ! [ -c /dev/net/tun ]; then echo "namespaces: neither netem nor /dev/net/tun"; return 1; fi
  if ! command -v python3 >/dev/null; then echo "namespaces: neither netem nor python3"; return 1; fi
}

case ${1:-} in
  up) up "$2" "$3" "$4" "${5:-0}" "${6:-0}" ;;
  down) down "$2" ;;
  possible) possible "${2:-}" ;;
  *) sed -n '2,9p' "$0" >&2; exit 2 ;;
esac
