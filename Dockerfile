# One static binary on nothing. The time zones are part of the binary; the roots of trust are
# copied, because a certificate authority may have to be withdrawn without a new release.
FROM docker.io/library/golang:1.26-bookworm AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
ARG VERSION=devel
RUN CGO_ENABLED=0 go build -trimpath -buildvcs=false \
      -ldflags "-s -w -X main.version=${VERSION}" -o /out/qrkiosk ./cmd/qrkiosk \
 && mkdir -p /out/data

FROM scratch
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
COPY --from=build /out/qrkiosk /qrkiosk
# The volume belongs to the user below, so that the root can be mounted read-only.
COPY --from=build --chown=65532:65532 /out/data /data
USER 65532:65532
VOLUME /data
# SQLite puts what does not fit into memory where it stands; nothing else is written anywhere.
WORKDIR /data
ENV QRKIOSK_LISTEN=:8080 QRKIOSK_DATA=/data
EXPOSE 8080
ENTRYPOINT ["/qrkiosk"]
CMD ["serve"]
