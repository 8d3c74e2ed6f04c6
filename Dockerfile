# Builds an image with a static riskroom binary, certificates and time zones. It
# contains no redis-server, so the config file must name a Redis (redis.url).
#
#   docker build --build-arg VERSION=$(git describe --tags --always) -t riskroom .
#   docker run -v ./riskroom.yaml:/etc/riskroom.yaml --env-file secrets.env -p 8080:8080 \
#     riskroom serve --config /etc/riskroom.yaml --admin-listen :9090
FROM golang:1.26-bookworm AS build
WORKDIR /src
# Modules change rarely, so they get their own layer.
COPY go.mod go.sum ./
RUN go mod download
COPY . .
ARG VERSION=""
ARG COMMIT=""
ARG BUILT=""
RUN CGO_ENABLED=0 go build -trimpath -buildvcs=false \
      -ldflags "-s -w -X main.version=${VERSION} -X main.commit=${COMMIT} -X main.built=${BUILT}" \
      -o /out/riskroom ./cmd/riskroom

FROM gcr.io/distroless/static-debian12:nonroot
COPY --from=build /out/riskroom /usr/local/bin/riskroom
COPY configs /usr/share/riskroom/configs
# A number, so that Kubernetes can verify that it is not root.
USER 65532:65532
EXPOSE 8080 9090
ENTRYPOINT ["/usr/local/bin/riskroom"]
CMD ["--help"]
