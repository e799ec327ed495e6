"""Tickets decide who has a call that was handed over ahead of its turn: this process, or the platform that takes it back because something
holds this one up. A pipe holds them; whoever reads one has it."""
import os
import struct

NUMBER = struct.Struct(">I")


class Tickets:
    def __init__(self, pipe):
        self.pipe = pipe
        self.held = 0  # taken, and not its turn yet

    def take(self, number):
        """Whether the call with this number is ours. Numbers rise."""
        while self.held < number:
            try:
                data = os.read(self.pipe, NUMBER.size)
            except BlockingIOError:
                return False  # there are none
            if len(data) < NUMBER.size:
                return False
            (self.held,) = NUMBER.unpack(data)
        return self.held == number


def open_tickets(path):
    """None: this sandbox has none, or an isolation that lets no pipe through."""
    if path is None:
        return None
    try:
        return Tickets(os.open(path, os.O_RDONLY | os.O_NONBLOCK))
    except OSError:
        return None
