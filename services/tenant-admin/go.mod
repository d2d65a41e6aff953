module github.com/signet-authz/signet/services/tenant-admin

go 1.26.6

require (
	github.com/google/uuid v1.6.0
	github.com/labstack/echo/v4 v4.16.0
	github.com/signet-authz/signet/api v0.0.0
	github.com/signet-authz/signet/pkg v0.0.0
	github.com/signet-authz/signet/web v0.0.0
	github.com/stretchr/testify v1.12.1
)

require github.com/getkin/kin-openapi v0.152.0

replace (
	github.com/signet-authz/signet/api => ../../api
	github.com/signet-authz/signet/pkg => ../../pkg
	github.com/signet-authz/signet/web => ../../web
)
