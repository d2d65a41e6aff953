module github.com/signet-authz/signet/services/standalone

go 1.26.6

require (
	github.com/signet-authz/signet/api v0.0.0
	github.com/signet-authz/signet/pkg v0.0.0
	github.com/signet-authz/signet/services/authorization v0.0.0
	github.com/signet-authz/signet/services/gateway v0.0.0
	github.com/signet-authz/signet/services/tenant-admin v0.0.0
	github.com/signet-authz/signet/services/token v0.0.0
	github.com/signet-authz/signet/web v0.0.0
)

replace (
	github.com/signet-authz/signet/api => ../../api
	github.com/signet-authz/signet/pkg => ../../pkg
	github.com/signet-authz/signet/services/authorization => ../authorization
	github.com/signet-authz/signet/services/gateway => ../gateway
	github.com/signet-authz/signet/services/tenant-admin => ../tenant-admin
	github.com/signet-authz/signet/services/token => ../token
	github.com/signet-authz/signet/web => ../../web
)
