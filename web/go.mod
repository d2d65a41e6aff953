module github.com/signet-authz/signet/web

go 1.26.6
