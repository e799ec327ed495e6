"""What a caller gets for what was raised (spec/invoke.md §3.1): errorMessage, errorType, requestId, stackTrace."""
import decimal
import traceback


class Named(Exception):
    """An error of the runtime's own, by name (`Runtime.ImportModuleError`), with lines of trace where there are some."""

    def __init__(self, name, message, trace=()):
        super().__init__(message)
        self.name = name
        self.trace = list(trace)


def decimal_or_refuse(value):
    if isinstance(value, decimal.Decimal):
        return float(value)
    raise TypeError(f"Object of type {value.__class__.__name__} is not JSON serializable")


def marshal(to_json, value):
    try:
        return to_json(value)
    except Exception as error:
        raise Named("Runtime.MarshalError", f"Unable to marshal response: {error}") from None


def describe(error, request_id, own):
    """own: the runtime's folder, whose frames are left out."""
    if isinstance(error, Named):
        name, trace = error.name, error.trace
    else:
        name = type(error).__name__
        frames = [frame for frame in traceback.extract_tb(error.__traceback__) if not frame.filename.startswith(own)]
        trace = traceback.format_list(frames)
    return {"errorMessage": str(error), "errorType": name, "requestId": request_id, "stackTrace": trace}
