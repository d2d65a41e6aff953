// Command gateway is the program that faces the outside.
package main

import (
	"github.com/signet-authz/signet/pkg/boot"
	"github.com/signet-authz/signet/services/gateway"
)

func main() { boot.Main(boot.GatewayName, gateway.Build) }
