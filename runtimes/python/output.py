"""logging, print and uncaught errors, as log events in order (spec/runtime-api.md §7.2)."""
import datetime
import io
import json
import logging
import sys
import threading

LEVELS = {"TRACE": 5, "DEBUG": 10, "INFO": 20, "WARN": 30, "ERROR": 40, "FATAL": 50}
RECORD = set(vars(logging.LogRecord("", 0, "", 0, "", (), None))) | {"message", "asctime", "aws_request_id", "taskName"}


class Stream(io.RawIOBase):
    """Bytes written go out as they are."""

    def __init__(self, send, number):
        self.send = send
        self.number = number

    def writable(self):
        return True

    def write(self, data):
        view = bytes(data)
        self.send(view)
        return len(view)

    def fileno(self):
        return self.number


def text_stream(send, number):
    buffer = io.BufferedWriter(Stream(send, number), 64 * 1024)
    return io.TextIOWrapper(buffer, encoding="utf-8", errors="backslashreplace", line_buffering=True)


class Handler(logging.Handler):
    """One record is one event; the root logger has it from the start, as on AWS."""

    def __init__(self, output):
        super().__init__()
        self.output = output

    def emit(self, record):
        record.aws_request_id = self.output.request_id
        self.output.event(self.format(record))


class TextFormatter(logging.Formatter):
    converter = staticmethod(lambda seconds: datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc).timetuple())

    def __init__(self):
        super().__init__("[%(levelname)s]\t%(asctime)s.%(msecs)03dZ\t%(aws_request_id)s\t%(message)s", "%Y-%m-%dT%H:%M:%S")


class JsonFormatter(logging.Formatter):
    def format(self, record):
        time = datetime.datetime.fromtimestamp(record.created, datetime.timezone.utc)
        line = {
            "timestamp": time.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "level": record.levelname,
            "message": record.getMessage(),
            "logger": record.name,
            "requestId": record.aws_request_id,
        }
        if record.exc_info and record.exc_info[0]:
            line["errorType"] = record.exc_info[0].__name__
            line["errorMessage"] = str(record.exc_info[1])
            line["stackTrace"] = self.formatException(record.exc_info).split("\n")
            line["location"] = f"{record.pathname}:{record.funcName}:{record.lineno}"
        line.update({key: value for key, value in vars(record).items() if key not in RECORD})
        return json.dumps({key: value for key, value in line.items() if value is not None}, default=str, ensure_ascii=False)


class Output:
    """Owns sys.stdout, sys.stderr and the root logger. event takes text, stream bytes; both may be called from any thread."""

    def __init__(self, event, stream, init):
        lock = threading.Lock()

        def locked(send):
            def call(data):
                with lock:
                    send(data)

            return call

        self.request_id = ""
        self.json = init["format"] == "JSON"
        self.event = locked(event)
        raw = locked(stream)
        sys.stdout = text_stream(raw, 1)
        sys.stderr = text_stream(raw, 2)
        handler = Handler(self)
        handler.setFormatter(JsonFormatter() if self.json else TextFormatter())
        root = logging.getLogger()
        root.addHandler(handler)
        if self.json:
            root.setLevel(LEVELS.get(init["level"], 20))

    def flush(self):
        sys.stdout.flush()
        sys.stderr.flush()

    def error(self, failure, request_id):
        if self.json:
            now = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
            return self.event(json.dumps({"timestamp": now, "log_level": "ERROR", **failure}, ensure_ascii=False))
        trace = "".join(failure["stackTrace"])
        text = f"[ERROR] {failure['errorType']}: {failure['errorMessage']}\nTraceback (most recent call last):\n{trace}"
        self.event("\n".join(hard_spaces(line) for line in text.rstrip("\n").split("\n")))


def hard_spaces(line):
    """Leading spaces as U+00A0, so that no viewer folds them."""
    bare = line.lstrip(" ")
    return "\u00a0" * (len(line) - len(bare)) + bare
