"""Finds the handler: `a/b.handler` or `a.b.handler` is module a.b, function handler."""
import importlib
import os
import sys

from errors import Named


def load(root, layers, text):
    os.chdir(root)
    opt = os.path.join(layers, "python")
    own = sys.path[0]
    version = f"lib/python{sys.version_info[0]}.{sys.version_info[1]}/site-packages"
    for folder in (os.path.join(opt, version), opt, root):
        sys.path.insert(0, folder)
    if own in sys.path:  # the runtime's own modules are loaded; the function's may have the same names
        sys.path.remove(own)
    for name in ("errors", "loader", "output", "context"):
        sys.modules.pop(name, None)
    try:
        name, attribute = text.rsplit(".", 1)
    except ValueError:
        raise Named("Runtime.MalformedHandlerName", f"Bad handler '{text}': not enough values to unpack (expected 2, got 1)") from None
    if name.split(".")[0] in sys.builtin_module_names:
        raise Named("Runtime.BuiltInModuleConflict", f"Cannot use built-in module {name} as a handler module")
    module = imported(name.replace("/", "."))
    if not hasattr(module, attribute):
        raise Named("Runtime.HandlerNotFound", f"Handler '{attribute}' missing on module '{name}'")
    return getattr(module, attribute)


def imported(name):
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise Named("Runtime.ImportModuleError", f"Unable to import module '{name}': {error}") from None
    except SyntaxError as error:
        line = f'  File "{error.filename}" Line {error.lineno}\n    {error.text}'
        raise Named("Runtime.UserCodeSyntaxError", f"Syntax error in module '{name}': {error}", [line]) from None
