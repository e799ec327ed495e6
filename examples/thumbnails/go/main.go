// An image was stored: make a thumbnail of it in the other bucket.
package main

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/jpeg"
	_ "image/png"
	"net/url"
	"os"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"golang.org/x/image/draw"
)

var client *s3.Client

func handler(ctx context.Context, event events.S3Event) error {
	for _, record := range event.Records {
		key, err := url.QueryUnescape(record.S3.Object.Key)
		if err != nil {
			return err
		}
		if err := thumbnail(ctx, record.S3.Bucket.Name, key); err != nil {
			return err
		}
	}
	return nil
}

func thumbnail(ctx context.Context, bucket, key string) error {
	object, err := client.GetObject(ctx, &s3.GetObjectInput{Bucket: &bucket, Key: &key})
	if err != nil {
		return err
	}
	defer object.Body.Close()
	source, _, err := image.Decode(object.Body)
	if err != nil {
		return err
	}
	size := source.Bounds().Size()
	scale := min(128/float64(size.X), 128/float64(size.Y), 1)
	small := image.NewRGBA(image.Rect(0, 0, max(1, int(float64(size.X)*scale)), max(1, int(float64(size.Y)*scale))))
	draw.CatmullRom.Scale(small, small.Bounds(), source, source.Bounds(), draw.Src, nil)
	var out bytes.Buffer
	if err := jpeg.Encode(&out, small, nil); err != nil {
		return err
	}
	target := os.Getenv("THUMBNAILS")
	_, err = client.PutObject(ctx, &s3.PutObjectInput{Bucket: &target, Key: &key, Body: bytes.NewReader(out.Bytes()), ContentType: aws.String("image/jpeg")})
	fmt.Printf("made %s/%s: %d bytes\n", target, key, out.Len())
	return err
}

func main() {
	configuration, err := config.LoadDefaultConfig(context.Background())
	if err != nil {
		panic(err)
	}
	client = s3.NewFromConfig(configuration, func(o *s3.Options) { o.UsePathStyle = true })
	lambda.Start(handler)
}
