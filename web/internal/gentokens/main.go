// Command gentokens writes tokens.css from tokens.json. Run it by
// `go generate` in the web module.
package main

import (
	"fmt"
	"os"

	"github.com/signet-authz/signet/web"
)

func main() {
	tokens, err := web.LoadTokens()
	if err == nil {
		err = os.WriteFile("tokens.css", tokens.CSS(), 0o600)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
