"""What both functions do with a picture."""

import io

import boto3
from PIL import Image

s3 = boto3.client("s3")


def scale(bucket, key, target, size):
    """Puts a copy of an object, at most size pixels wide and high, as PNG; returns its real size."""
    picture = Image.open(io.BytesIO(s3.get_object(Bucket=bucket, Key=key)["Body"].read()))
    picture.thumbnail((size, size))
    scaled = io.BytesIO()
    picture.save(scaled, "PNG")
    s3.put_object(Bucket=bucket, Key=target, Body=scaled.getvalue(), ContentType="image/png")
    return picture.size
