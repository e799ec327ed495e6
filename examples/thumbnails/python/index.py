"""An image was stored: make a thumbnail of it in the other bucket."""
import io
import os
from urllib.parse import unquote_plus

import boto3
from PIL import Image

s3 = boto3.client("s3")


def handler(event, context):
    for record in event["Records"]:
        bucket, key = record["s3"]["bucket"]["name"], unquote_plus(record["s3"]["object"]["key"])
        image = Image.open(io.BytesIO(s3.get_object(Bucket=bucket, Key=key)["Body"].read()))
        image.thumbnail((128, 128))
        thumbnail = io.BytesIO()
        image.convert("RGB").save(thumbnail, "JPEG")
        s3.put_object(Bucket=os.environ["THUMBNAILS"], Key=key, Body=thumbnail.getvalue(), ContentType="image/jpeg")
        print(f"made {os.environ['THUMBNAILS']}/{key}: {thumbnail.tell()} bytes")
