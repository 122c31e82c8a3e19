# One image: the program in an environment of its own, run by a user without rights.
FROM python:3.13-slim-bookworm

RUN useradd --create-home --uid 10001 wirewatch && mkdir /data && chown wirewatch /data
WORKDIR /app
COPY requirements.lock pyproject.toml README.md ./
RUN python -m venv .venv && .venv/bin/pip install --no-cache-dir --require-hashes -r requirements.lock
COPY config config
COPY core core
COPY ingest ingest
COPY processors processors
COPY alerts alerts
COPY wirewatch wirewatch
RUN .venv/bin/pip install --no-cache-dir --no-deps --no-build-isolation -e .

USER wirewatch
ENV WIREWATCH_DATA_DIR=/data WIREWATCH_LOG_FORMAT=json
VOLUME /data
STOPSIGNAL SIGTERM
ENTRYPOINT ["/app/.venv/bin/wirewatch"]
CMD ["run"]
