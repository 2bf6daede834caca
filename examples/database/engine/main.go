// The server.
package main

import "fmt"

const version = "4.2.0"

func main() {
	fmt.Println("database", version)
}
