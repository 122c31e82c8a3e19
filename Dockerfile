# One image for every stage: the program in an environment of its own, run by a user without rights.
FROM python:3.13.12-slim-bookworm

LABEL org.opencontainers.image.title="Wirewatch"
LABEL org.opencontainers.image.version="0.1.0"

RUN useradd --create-home --uid 10001 wirewatch && install -d -o wirewatch -m 700 /data
WORKDIR /app
COPY requirements.lock pyproject.toml README.md ./
RUN python -m venv .venv && .venv/bin/pip install --no-cache-dir --require-hashes -r requirements.lock
COPY config config
COPY core core
COPY ingest ingest
COPY processors processors
COPY alerts alerts
COPY wirewatch wirewatch
RUN .venv/bin/pip install --no-cache-dir --no-deps --no-build-isolation -e . \
    && .venv/bin/python -m compileall -q config core ingest processors alerts wirewatch \
    && .venv/bin/python -P -c 'from processors.forms.dictionary import main; main()' de en fr ru uk

USER wirewatch
ENV PATH=/app/.venv/bin:$PATH WIREWATCH_DATA_DIR=/data WIREWATCH_LOG_FORMAT=json
VOLUME /data
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=60s --timeout=10s --retries=2 --start-period=60s CMD ["wirewatch", "health"]
ENTRYPOINT ["wirewatch"]
CMD ["run"]
