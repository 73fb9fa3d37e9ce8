# What every image stands on, where a registry answers. Where none does, set-up makes the same of
# Debian packages alone.
FROM debian:bookworm-20250520-slim

ARG PACKAGES
RUN apt-get update \
    && DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends $PACKAGES \
    && rm -rf /var/lib/apt/lists/* /var/cache/* /var/log/* \
        /usr/share/doc /usr/share/man /usr/share/locale /usr/share/perl /usr/lib/*/perl
