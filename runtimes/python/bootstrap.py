"""The Python runtime: speaks the frames described in src/invoke/frames.ts over the socket in DALAMB_CHANNEL.

Booted before its function is known; INIT brings variables and handler, INVOKE one event at a time.
"""
import gc
import json
import os
import socket
import struct
import sys
import threading
import time

# Nearly every function needs these: they are loaded while nobody waits.
import http.client  # noqa: F401
import ssl  # noqa: F401

import errors
import loader
import output
from context import Context
from tickets import open_tickets

INIT, INVOKE, OFFER = 1, 2, 3
READY, INIT_DONE, INIT_ERROR, RESULT, ERROR, LOG, OUT = 16, 17, 18, 19, 20, 21, 22
COPY_UP_TO = 64 * 1024
MAX_LOG = 256 * 1024  # characters: what the platform makes one event of
MAX_OUT = 1024 * 1024
MAX_PAYLOAD = 6 * 1024 * 1024 + 100
TOO_LARGE = (
    "Function.ResponseSizeTooLarge",
    b'{"errorMessage":"Response payload size exceeded maximum allowed payload size (6291556 bytes).",'
    b'"errorType":"Function.ResponseSizeTooLarge"}',
)
HEAD = struct.Struct(">IB")
CALL = struct.Struct(">IdI")
ANSWER = struct.Struct(">IBII")
FAILURE = struct.Struct(">IBIBB")


class Channel:
    """Blocking frames: one call at a time is all there is."""

    def __init__(self, address):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.socket.connect(address)
        self.reader = self.socket.makefile("rb", buffering=256 * 1024)
        self.lock = threading.Lock()  # threads may log while the answer leaves

    def send(self, head, body):
        with self.lock:
            if len(body) <= COPY_UP_TO:
                return self.socket.sendall(head + body)
            self.socket.sendall(head)
            self.socket.sendall(body)

    def frame(self, kind, body=b""):
        self.send(HEAD.pack(1 + len(body), kind), body)

    def log(self, text):
        for at in range(0, len(text) or 1, MAX_LOG):
            self.frame(LOG, text[at : at + MAX_LOG].encode("utf-8", "replace"))

    def out(self, data):
        for at in range(0, len(data), MAX_OUT):
            self.frame(OUT, data[at : at + MAX_OUT])

    def receive(self):
        """(type, body), or None when the platform has gone."""
        head = self.reader.read(5)
        if len(head) < 5:
            return None
        length, kind = HEAD.unpack(head)
        body = self.reader.read(length - 1)
        return (kind, body) if len(body) == length - 1 else None

    def result(self, seq, started, payload):
        micros = min(0xFFFFFFFF, int((time.perf_counter() - started) * 1e6))
        self.send(ANSWER.pack(9 + len(payload), RESULT, seq, micros), payload)

    def error(self, seq, failure, fatal=0):
        name, payload = sendable(failure)
        kind = name.encode("latin-1", "replace")[:255]
        self.send(FAILURE.pack(7 + len(kind) + len(payload), ERROR, seq, fatal, len(kind)) + kind, payload)

    def init_error(self, failure):
        name, payload = sendable(failure)
        kind = name.encode("latin-1", "replace")[:255]
        self.frame(INIT_ERROR, bytes([len(kind)]) + kind + payload)


def sendable(failure):
    return TOO_LARGE if len(failure[1]) > MAX_PAYLOAD else failure


def to_json(value):
    return json.dumps(value, default=errors.decimal_or_refuse, ensure_ascii=False).encode("utf-8", "surrogatepass")


def main():
    channel = Channel(os.environ.pop("DALAMB_CHANNEL"))
    tickets = open_tickets(os.environ.pop("DALAMB_TICKETS", None))
    gc.freeze()
    channel.frame(READY, b"\x01" if tickets else b"")
    message = channel.receive()
    if message is None or message[0] != INIT:
        return
    init = json.loads(message[1])
    os.environ.update(init["variables"])
    time.tzset()
    log = output.Output(channel.log, channel.out, init)
    try:
        handler = loader.load(init["root"], init["layers"], init["handler"])
    except SystemExit as stop:
        os._exit(exit_code(stop))
    except BaseException as error:  # whatever the module threw is the answer
        failure = errors.describe(error, "", os.path.dirname(os.path.abspath(__file__)))
        log.error(failure, "")
        return channel.init_error((failure["errorType"], to_json(failure)))
    channel.frame(INIT_DONE)
    serve(channel, tickets, handler, init, log)


def serve(channel, tickets, handler, init, log):
    variables = init["variables"]
    limit = init["limit"]
    own = os.path.dirname(os.path.abspath(__file__))
    while True:
        message = channel.receive()
        if message is None:
            return
        kind, body = message
        seq, deadline, size = CALL.unpack_from(body)
        if kind == OFFER:
            if not tickets or not tickets.take(seq):
                continue
            deadline += time.time() * 1000
        started = time.perf_counter()
        request_id, arn, trace, client = body[16 : 16 + size].decode("utf-8").split("\n", 3)
        if trace:
            os.environ["_X_AMZN_TRACE_ID"] = trace
        else:
            os.environ.pop("_X_AMZN_TRACE_ID", None)
        log.request_id = request_id
        try:
            event = body[16 + size :]
            context = Context(variables, request_id, deadline, arn, client)
            value = handler(json.loads(event) if event else {}, context)
            payload = errors.marshal(to_json, value)
        except SystemExit as stop:
            log.flush()
            os._exit(exit_code(stop))
        except BaseException as error:  # whatever the function threw is the answer
            failure = errors.describe(error, request_id, own)
            log.error(failure, request_id)
            log.flush()
            channel.error(seq, (failure["errorType"], to_json(failure)))
            continue
        log.flush()
        if len(payload) > limit:
            channel.error(seq, TOO_LARGE)
        else:
            channel.result(seq, started, payload)


def exit_code(stop):
    code = stop.code
    if code is None:
        return 0
    return code if isinstance(code, int) else 1


if __name__ == "__main__":
    main()
    sys.stdout.flush()
    os._exit(0)
