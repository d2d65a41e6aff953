# syntax=docker/dockerfile:1
# One image with all five programs: docker run IMAGE starts standalone, and a command such as
# "token" or "gateway" starts that service.

FROM node:20-bookworm-slim AS console
WORKDIR /src
COPY api api
COPY web web
COPY scripts scripts
RUN --mount=type=cache,target=/root/.npm scripts/console && scripts/reference

# Workspace mode, as in development and in the tests: what is tested is what ships.
FROM golang:1.26-bookworm AS programs
WORKDIR /src
COPY . .
COPY --from=console /src/web/console/dist web/console/dist
COPY --from=console /src/web/reference/dist web/reference/dist
ARG VERSION=unreleased
RUN --mount=type=cache,target=/go/pkg/mod --mount=type=cache,target=/root/.cache/go-build \
    GOTOOLCHAIN=local GOFLAGS=-buildvcs=false make build VERSION="$VERSION"
# An empty directory that belongs to the user of the final image: standalone's database.
RUN install -d -o 65532 -g 65532 /data

FROM scratch
ARG VERSION=unreleased
LABEL org.opencontainers.image.title="Signet" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="$VERSION"
COPY --from=programs /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=programs /src/bin/ /usr/local/bin/
COPY --from=programs --chown=65532:65532 /data /data
ENV PATH=/usr/local/bin SIGNET_DATA=/data
USER 65532:65532
WORKDIR /data
VOLUME /data
EXPOSE 8080
CMD ["standalone"]
