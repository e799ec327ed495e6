"""Runs when a picture is stored below incoming/; writes thumbnails/NAME."""

import os
from urllib.parse import unquote_plus

from thumbnails import scale

SIZE = int(os.environ.get("THUMBNAIL_SIZE", "128"))


def handler(event, context):
    made = []
    for record in event["Records"]:
        bucket = record["s3"]["bucket"]["name"]
        key = unquote_plus(record["s3"]["object"]["key"])
        target = "thumbnails/" + key.rsplit("/", 1)[-1]
        width, height = scale(bucket, key, target, SIZE)
        print(f"{target} is {width} by {height}")
        made.append(target)
    return made
