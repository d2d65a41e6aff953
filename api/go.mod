module github.com/signet-authz/signet/api

go 1.26.6
