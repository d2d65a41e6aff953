// Command token serves what client applications and resource servers call:
// token, introspection, revocation, UserInfo, metadata and keys.
package main

import (
	"github.com/signet-authz/signet/pkg/boot"
	"github.com/signet-authz/signet/services/token"
)

func main() { boot.Main("token", token.Build) }
