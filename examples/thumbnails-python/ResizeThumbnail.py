"""Called with {"bucket", "key", "size"}: writes resized/NAME and says how large it is."""

from thumbnails import scale


def handler(event, context):
    target = "resized/" + event["key"].rsplit("/", 1)[-1]
    width, height = scale(event["bucket"], event["key"], target, int(event["size"]))
    return {"key": target, "width": width, "height": height}
