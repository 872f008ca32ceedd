# One image for every service; the command says which. Dependencies in one stage, so that a change of code does not install them again.
FROM node:24.21.0-bookworm-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json ./
# Optional packages stay: among them are the native builds of the local engine.
# Services import none of the workspaces, which are the packages of clients.
RUN npm ci --omit=dev --workspaces=false --no-audit --no-fund

# The web client, which needs the dependencies of development.
FROM node:24.21.0-bookworm-slim AS web
WORKDIR /app
COPY package.json package-lock.json ./
COPY tsconfig.json ./
COPY client ./client
# How Markdown is read.
COPY contracts ./contracts
RUN npm ci --no-audit --no-fund
COPY scripts ./scripts
RUN npm run build:web

FROM node:24.21.0-bookworm-slim
WORKDIR /app
ENV NODE_ENV=production
COPY --from=dependencies /app/node_modules ./node_modules
COPY --from=web /app/client/web/dist ./client/web/dist
COPY package.json models.yaml supergraph.graphql supergraph.yaml ./
COPY contracts ./contracts
COPY kernel ./kernel
COPY migrations ./migrations
COPY subgraphs ./subgraphs
COPY gateway ./gateway
COPY inference-workers ./inference-workers
COPY standalone ./standalone
COPY scripts ./scripts
RUN mkdir /data && chown node:node /data
USER node
CMD ["node", "standalone/main.ts"]
