// A program for images without anything else in them: an HTTP server when it is told `serve`, else a loop of the Runtime API.
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
)

func answer() []byte {
	greeting, _ := os.ReadFile("/greeting")
	text, _ := json.Marshal(map[string]any{"args": os.Args[1:], "greeting": string(greeting), "uid": os.Getuid()})
	return text
}

func main() {
	if len(os.Args) > 1 && os.Args[1] == "serve" {
		http.HandleFunc("/", func(response http.ResponseWriter, request *http.Request) {
			fmt.Fprintf(response, "%s %s", request.URL.Path, answer())
		})
		fmt.Println(http.ListenAndServe("127.0.0.1:"+os.Getenv("PORT"), nil))
		os.Exit(1)
	}
	api := "http://" + os.Getenv("AWS_LAMBDA_RUNTIME_API") + "/2018-06-01/runtime/invocation/"
	for {
		next, err := http.Get(api + "next")
		if err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		io.Copy(io.Discard, next.Body)
		next.Body.Close()
		id := next.Header.Get("Lambda-Runtime-Aws-Request-Id")
		done, err := http.Post(api+id+"/response", "application/json", bytes.NewReader(answer()))
		if err == nil {
			done.Body.Close()
		}
	}
}
