// Command authorization serves what end users' browsers see: authorization
// requests, login, consent, the account page and logout.
package main

import (
	"github.com/signet-authz/signet/pkg/boot"
	"github.com/signet-authz/signet/services/authorization"
)

func main() { boot.Main("authorization", authorization.Build) }
