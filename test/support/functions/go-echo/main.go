package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-lambda-go/lambdacontext"
)

var calls int

func handler(ctx context.Context, event map[string]any) (any, error) {
	calls++
	switch event["how"] {
	case "error":
		return nil, errors.New("boom")
	case "panic":
		panic("boom")
	case "sleep":
		time.Sleep(10 * time.Second)
	case "large":
		return string(make([]byte, 3*1024*1024)), nil // six bytes each as JSON
	}
	lc, _ := lambdacontext.FromContext(ctx)
	deadline, _ := ctx.Deadline()
	fmt.Println("from go")
	return map[string]any{
		"n": calls, "id": lc.AwsRequestID, "arn": lc.InvokedFunctionArn, "event": event,
		"inTime": time.Until(deadline) > 0, "custom": lc.ClientContext.Custom, "trace": os.Getenv("_X_AMZN_TRACE_ID"),
	}, nil
}

func main() {
	if os.Getenv("SIGTERM_FILE") == "" {
		lambda.Start(handler)
		return
	}
	signal.Ignore(syscall.SIGHUP)
	lambda.StartWithOptions(handler, lambda.WithEnableSIGTERM(func() {
		os.WriteFile(os.Getenv("SIGTERM_FILE"), []byte("terminated"), 0o644)
	}))
}
