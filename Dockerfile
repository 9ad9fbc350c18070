# The image of whence: the service, its web UI and the embedded PostgreSQL, for a user without rights.
# Linted, and its steps run one by one in tests/acceptance/test_image.py; not built where the tests run, which has no
# container engine. By hand it was built and run with buildah, on stand-ins for the two bases that it names.
#
#   docker build --tag whence .
#
# What a tag names changes. To build the same again, name the digests that a first build printed:
#   docker build --build-arg PYTHON=python:3.11-slim-bookworm@sha256:… --build-arg NODE=node:24-bookworm-slim@sha256:… .
ARG NODE=node:24-bookworm-slim
ARG PYTHON=python:3.11-slim-bookworm

FROM ${NODE} AS ui
WORKDIR /build/web
# Before the rest, so that a change of the UI alone installs nothing again.
COPY web/package.json web/package-lock.json web/.npmrc ./
RUN npm ci --ignore-scripts
COPY web ./
RUN npm run build

FROM ${PYTHON} AS package
WORKDIR /build
COPY requirements/all.txt requirements/build.txt requirements/
# With all extras, as who runs an image cannot add them; without pip, which nothing there needs.
RUN python -m venv --without-pip /opt/whence \
    && python -m pip --python /opt/whence/bin/python install --no-cache-dir --require-hashes --only-binary :all: \
        --requirement requirements/all.txt \
    && python -m venv /build/builder \
    && /build/builder/bin/python -m pip install --no-cache-dir --require-hashes --only-binary :all: \
        --requirement requirements/build.txt
COPY pyproject.toml hatch_build.py README.md LICENSE ./
COPY src src
COPY --from=ui /build/src/whence/static src/whence/static
RUN /build/builder/bin/python -m pip wheel --no-cache-dir --no-deps --no-build-isolation --wheel-dir /build/dist . \
    && python -m pip --python /opt/whence/bin/python install --no-cache-dir --no-deps --no-index /build/dist/*.whl

FROM ${PYTHON}
LABEL org.opencontainers.image.title="whence" \
    org.opencontainers.image.description="What changed, and what did it break?" \
    org.opencontainers.image.licenses="Apache-2.0"
# By number, so that Kubernetes can see that it is not root; with a name, on which PostgreSQL insists.
RUN groupadd --gid 10001 whence \
    && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin whence \
    && install --directory --owner=10001 --group=10001 --mode=0700 /var/lib/whence
COPY --from=package /opt/whence /opt/whence
# Nothing is written outside of the volume and /tmp: the root file system may be read-only.
ENV PATH=/opt/whence/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    WHENCE_DATA_DIR=/var/lib/whence \
    WHENCE_GRPC_PORT=50051 \
    WHENCE_HOST=0.0.0.0 \
    WHENCE_PORT=8080
# Where a whence.toml is found, if one is mounted.
WORKDIR /etc/whence
USER 10001:10001
VOLUME /var/lib/whence
EXPOSE 8080 50051
HEALTHCHECK --start-period=5m --interval=5s --timeout=5s --retries=3 \
    CMD ["python", "-c", "import http.client, os, sys; asked = http.client.HTTPConnection('127.0.0.1', int(os.environ['WHENCE_PORT']), timeout=4); asked.request('GET', '/readyz'); sys.exit(asked.getresponse().status != 200)"]
# No shell in between: SIGTERM reaches the server, which ends by itself.
ENTRYPOINT ["whence"]
CMD ["serve"]
