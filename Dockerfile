# One static binary on nothing, out of the folder that `make image` fills: the binary, the roots of
# trust and an empty data folder. Time zones are part of the binary; the roots of trust are not,
# because a certificate authority may have to be withdrawn without a new release.
FROM scratch
COPY ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
COPY qrkiosk /qrkiosk
# The volume belongs to the user below, so that the root can be mounted read-only.
COPY --chown=65532:65532 data /data
USER 65532:65532
VOLUME /data
# SQLite puts what does not fit into memory where it stands; nothing else is written anywhere.
WORKDIR /data
ENV QRKIOSK_LISTEN=:8080 QRKIOSK_DATA=/data
EXPOSE 8080
ENTRYPOINT ["/qrkiosk"]
CMD ["serve"]
