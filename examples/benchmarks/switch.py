"""A switch in user space between machines made of network namespaces, for kernels without netem: each frame comes a
while later, and some never. Started by namespaces.sh: switch.py NAME MACHINES LOSS_PERCENT DELAY_MILLISECONDS"""
import collections
import ctypes
import fcntl
import os
import random
import select
import struct
import sys
import time

CLONE_NEWNET = 0x40000000
TUNSETIFF = 0x400454CA
TAP_WITHOUT_HEADER = 0x0002 | 0x1000
FRAME_BYTES_MAX = 1 << 16
QUEUED_FRAMES_MAX = 1 << 14
FRAMES_AT_A_TIME = 32


def enter(namespace):
    """Lets this thread see a namespace's network."""
    if ctypes.CDLL(None, use_errno=True).setns(namespace, CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), "setns")


def plug_in(machine):
    """Makes eth0 of a machine; returns what its frames are read from and written to."""
    home = os.open("/proc/self/ns/net", os.O_RDONLY)
    there = os.open("/run/netns/" + machine, os.O_RDONLY)
    enter(there)
    port = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(port, TUNSETIFF, struct.pack("16sH22x", b"eth0", TAP_WITHOUT_HEADER))
    enter(home)
    os.close(there)
    os.close(home)
    return port


def receive(port):
    try:
        return os.read(port, FRAME_BYTES_MAX)
    except BlockingIOError:
        return None


def deliver(port, frame):
    try:
        os.write(port, frame)
    except (BlockingIOError, OSError):
        pass  # A machine that is down or does not read loses frames, as on any wire.


def goals(frame, source, ports):
    """The ports that a frame goes to: machine i has the address 02:00:00:00:00:0i, and groups are all others."""
    if frame[0] & 1:
        return [port for port in ports if port != source]
    return ports[frame[5] - 1 : frame[5]]


def main():
    name, machines, loss, delay = sys.argv[1], int(sys.argv[2]), float(sys.argv[3]) / 100, float(sys.argv[4]) / 1000
    ports = [plug_in(f"{name}{i + 1}") for i in range(machines)]
    chance = random.Random(1)
    flying = collections.deque()  # In the order in which they are due, since all take as long.
    print("ready", flush=True)
    while True:
        wait = max(0.0, flying[0][0] - time.monotonic()) if flying else 1.0
        ready, _, _ = select.select(ports, [], [], wait)
        now = time.monotonic()
        for source in ready:
            for _ in range(FRAMES_AT_A_TIME):
                frame = receive(source)
                if frame is None:
                    break
                if chance.random() >= loss and len(flying) < QUEUED_FRAMES_MAX:
                    flying.append((now + delay, goals(frame, source, ports), frame))
        now = time.monotonic()
        while flying and flying[0][0] <= now:
            _, to, frame = flying.popleft()
            for port in to:
                deliver(port, frame)


main()
