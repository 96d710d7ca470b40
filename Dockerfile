# One image for the order API (its default command), the relay, the broadcast worker and the migrations, and with
# --target laptop the whole system of `npm start` for compose.yml. docs/artefacts.md tells of both.
ARG NODE_IMAGE=docker.io/library/node:24.21.0-bookworm-slim@sha256:0e0ff40c39bc087845bfb27465a0df4ea419520094bc35842ff83dd8cbe6f9b6

FROM ${NODE_IMAGE} AS laptop
WORKDIR /app
COPY . .
RUN node launcher/launch.js build
ENV LISTEN_HOST=0.0.0.0
EXPOSE 8080
CMD ["node", "launcher/launch.js", "start"]

# What services and migrations need to run, without what only a compiler or another machine would read.
FROM ${NODE_IMAGE} AS packages
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
COPY platform/package.json platform/
COPY emulators/package.json emulators/
COPY services/package.json services/
COPY services/contract/package.json services/contract/
COPY websocket/package.json websocket/
COPY websocket/protocol/package.json websocket/protocol/
COPY websocket/client/package.json websocket/client/
COPY web/package.json web/
COPY migrations/package.json migrations/
COPY local/package.json local/
COPY e2e/package.json e2e/
COPY bench/package.json bench/
# Without development packages of ours, which would bring the emulators and all that those need.
RUN npm pkg delete devDependencies --workspaces \
  && npm ci --omit=dev --ignore-scripts --workspace services --workspace migrations \
  && find . -path '*/node_modules/*' -type f \
    \( -name '*.map' -o -name '*.ts' -o -name '*.mts' -o -name '*.cts' -o -name '*.md' \) -delete \
  && rm -rf node_modules/better-sqlite3/deps node_modules/better-sqlite3/src \
  && find node_modules/better-sqlite3/prebuilds -type f ! -name "linux-$(node -p process.arch).node" -delete \
  && rm -rf emulators web local e2e bench websocket/client

FROM ${NODE_IMAGE}
ENV NODE_ENV=production \
  DATABASE_CA_FILE=/etc/ssl/rds/global-bundle.pem
WORKDIR /app
COPY --from=packages /app ./
COPY LICENSE ./
COPY certificates /etc/ssl/rds
COPY platform platform
COPY services services
COPY websocket websocket
COPY migrations migrations
USER 1000:1000
EXPOSE 3000
# Of the API; who runs another program of the image turns it off.
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 CMD ["node", "services/health-check.ts"]
CMD ["node", "--import=./platform/tracing/main.ts", "services/api.ts"]
# Last: another commit of the same files changes no layer.
ARG COMMIT=unknown
LABEL org.opencontainers.image.title="ordercast" \
  org.opencontainers.image.licenses="Apache-2.0" \
  org.opencontainers.image.revision="${COMMIT}"
