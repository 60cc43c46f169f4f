# syntax=docker/dockerfile:1
# Sheetdesk in a container: built without the stand-ins, run by nobody in particular, writing to /data alone.
#
#   docker build -t sheetdesk --build-arg SHEETDESK_COMMIT="$(git rev-parse --short HEAD)" .
#   docker run --name sheetdesk --read-only --cap-drop ALL -p 127.0.0.1:8080:8080 -v sheetdesk-data:/data --env-file desk.env sheetdesk
#
# desk.env: settings and secrets, one NAME=value on each line and without quotes, which `--env-file` takes for a part of the value.
#
# With a proxy, secrets as files and log rotation: deploy/compose.

# The builder has the libc of the base that runs (Debian 12), so that what is linked here runs there.
FROM rust:1.95-bookworm AS chef
# It parts the building of the dependencies from that of the service: a change of ours rebuilds ours alone.
RUN cargo install cargo-chef --version 0.1.78 --locked
WORKDIR /build

FROM chef AS plan
COPY . .
RUN cargo chef prepare --recipe-path recipe.json

FROM chef AS build
COPY --from=plan /build/recipe.json recipe.json
RUN cargo chef cook --release --locked --package sheetdesk --no-default-features --recipe-path recipe.json
# For `--version`: the repository itself stays outside.
ARG SHEETDESK_COMMIT
COPY . .
RUN cargo build --release --locked --package sheetdesk --no-default-features \
    && install -d -m 0700 /data

# Distroless rather than debian-slim: the program wants libc, libgcc and the system's TLS roots (both TLS clients read them),
# and that is what this base has; the time zones are in the binary. No shell and no package manager to keep up to date or to
# be misused; every command for operators is in the program: `docker exec sheetdesk sheetdesk status`.
FROM gcr.io/distroless/cc-debian12:nonroot
LABEL org.opencontainers.image.title="Sheetdesk" \
      org.opencontainers.image.description="A Telegram help desk and announcement service whose back office is Google Sheets" \
      org.opencontainers.image.licenses="MIT"
COPY --from=build /build/target/release/sheetdesk /usr/local/bin/sheetdesk
# A fresh named volume takes over owner and mode of this directory. 65532 is the base's `nonroot`.
COPY --from=build --chown=65532:65532 /data /data
# `serve --observe` keeps its throw-away journal in a temporary directory, which a read-only root does not have.
ENV SHEETDESK_DATA_DIR=/data \
    SHEETDESK_HTTP__LISTEN=0.0.0.0:8080 \
    SHEETDESK_LOG__FORMAT=json \
    TMPDIR=/data
# By number, so that Kubernetes can see that it is not root.
USER 65532:65532
VOLUME /data
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=15s --timeout=3s --start-period=10s --retries=3 CMD ["/usr/local/bin/sheetdesk", "probe"]
ENTRYPOINT ["/usr/local/bin/sheetdesk"]
CMD ["serve"]
