# The service in a container: the steps of scripts/setup, in two stages.
#   docker build -t redistrict .
# tests/test_container.py reads this file and takes its steps; keep every RUN to what a shell does.

FROM node:22-bookworm-slim AS map
WORKDIR /build
COPY web web
COPY redistrict/locale redistrict/locale
RUN cd web && npm ci --silent && npm run --silent build >/dev/null

FROM python:3.11-slim-bookworm AS build
WORKDIR /build
COPY . .
COPY --from=map /build/api/web/built api/web/built
# Libraries by their hashes, then our own wheel with the review map in it.
RUN python3 -m venv /opt/redistrict
RUN /opt/redistrict/bin/python -m pip install -q --disable-pip-version-check 'uv>=0.9,<1'
RUN /opt/redistrict/bin/uv pip install -q --python /opt/redistrict/bin/python --require-hashes -r requirements.lock
RUN /opt/redistrict/bin/uv pip install -q --python /opt/redistrict/bin/python --no-deps .
RUN /opt/redistrict/bin/python -m compileall -qq -j 0 -x '/tests?/' /opt/redistrict/lib || true

FROM python:3.11-slim-bookworm
RUN apt-get update -qq && apt-get install -y -qq --no-install-recommends fontconfig fonts-noto-cjk && rm -rf /var/lib/apt/lists/*
RUN useradd --system --create-home --uid 10001 redistrict && mkdir -p /data && chown redistrict /data
COPY --from=build --chown=redistrict /opt/redistrict /opt/redistrict
ENV PATH=/opt/redistrict/bin:$PATH PYTHONUNBUFFERED=1
USER redistrict
WORKDIR /home/redistrict
# The engine's kernels, compiled once: here, not in somebody's first run.
RUN redistrict generate --households 4000 --seed 1 --out trial/city >/dev/null && redistrict run trial/city --out trial/out >/dev/null && rm -r trial
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/readyz', timeout=4)"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["redistrict"]
CMD ["serve", "--data", "/data", "--host", "0.0.0.0"]
