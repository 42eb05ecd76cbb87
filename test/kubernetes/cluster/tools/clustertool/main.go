// Command clustertool is what the test cluster needs besides Kubernetes itself: keys, a
// relay into another network namespace, and container images.
package main

import (
	"log"
	"os"
)

func main() {
	log.SetFlags(0)
	if len(os.Args) > 1 {
		switch args := os.Args[2:]; os.Args[1] {
		case "pki":
			pki(args)
			return
		case "relay":
			relay(args)
			return
		case "image":
			image(args)
			return
		}
	}
	log.Fatal("usage: clustertool pki|relay|image ARGUMENTS")
}
