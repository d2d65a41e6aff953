// Command tenant-admin serves the registration of tenants and the admin API.
package main

import (
	"github.com/signet-authz/signet/pkg/boot"
	tenantadmin "github.com/signet-authz/signet/services/tenant-admin"
)

func main() { boot.Main("tenant-admin", tenantadmin.Build) }
