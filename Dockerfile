# Sheetdesk in a container: built without the stand-ins, run by nobody in particular.
#
#   docker build -t sheetdesk .
#   docker run -p 8080:8080 -v sheetdesk-data:/data --env-file sheetdesk.env sheetdesk

FROM rust:1-bookworm AS build
WORKDIR /build
COPY . .
RUN cargo build --release --locked --package sheetdesk --no-default-features \
    && install -d -m 0700 /data

FROM debian:bookworm-slim
RUN apt-get update \
    && apt-get install --yes --no-install-recommends ca-certificates \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --home-dir /nonexistent --shell /usr/sbin/nologin sheetdesk
COPY --from=build /build/target/release/sheetdesk /usr/local/bin/sheetdesk
COPY --from=build --chown=10001:10001 /data /data
ENV SHEETDESK_DATA_DIR=/data \
    SHEETDESK_HTTP__LISTEN=0.0.0.0:8080 \
    SHEETDESK_LOG__FORMAT=json
USER 10001
VOLUME /data
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=15s --timeout=3s --start-period=10s --retries=3 CMD ["/usr/local/bin/sheetdesk", "probe"]
ENTRYPOINT ["/usr/local/bin/sheetdesk"]
CMD ["serve"]
