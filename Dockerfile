# syntax=docker/dockerfile:1
# The service in a container, for the processor or for NVIDIA's GPUs:
#   docker build --target cpu  -t voice-glm .
#   docker build --target cuda -t voice-glm:cuda .
#   docker run -p 8080:8080 -v "$PWD/model:/model:ro" -e VoiceGlm__Model__Path=/model voice-glm
#   docker run --gpus all -p 8080:8080 -v "$PWD/model:/model:ro" -e VoiceGlm__Model__Path=/model -e VoiceGlm__Model__Cuda__Enabled=true voice-glm:cuda
# Browsers give a microphone to https and localhost only: put a proxy with a certificate in front of it.

FROM node:22-bookworm-slim AS node

FROM mcr.microsoft.com/dotnet/sdk:10.0 AS source
# The page is part of the server's build.
COPY --from=node /usr/local/bin/node /usr/local/bin/node
COPY --from=node /usr/local/lib/node_modules /usr/local/lib/node_modules
RUN ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm && ln -s ../lib/node_modules/npm/bin/npx-cli.js /usr/local/bin/npx
WORKDIR /source
COPY . .

FROM source AS build-cpu
RUN dotnet publish src/VoiceGlm.Server -c Release -o /app

FROM source AS build-cuda
RUN dotnet publish src/VoiceGlm.Server -c Release -o /app -p:Device=cuda

FROM mcr.microsoft.com/dotnet/aspnet:10.0-noble AS cpu
COPY --from=build-cpu /app /app
WORKDIR /app
# A cache for what is converted at the first start; the user of the image, not root, writes nothing else.
ENV Urls=http://0.0.0.0:8080 VoiceGlm__Page__Open=false XDG_DATA_HOME=/cache
RUN mkdir /cache && chown $APP_UID /cache
VOLUME ["/model", "/cache"]
EXPOSE 8080
USER $APP_UID
# Bash alone: the image has neither curl nor wget. Loading a large model takes minutes.
HEALTHCHECK --interval=10s --timeout=5s --start-period=10m --retries=3 \
  CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/8080 && printf 'GET /health/ready HTTP/1.0\\r\\nHost: localhost\\r\\n\\r\\n' >&3 && head -n 1 <&3 | grep -q ' 200 '"]
# The service gives turns under way their time to end; more than that should not be needed.
STOPSIGNAL SIGTERM
ENTRYPOINT ["dotnet", "VoiceGlm.Server.dll"]

FROM nvidia/cuda:13.0.2-cudnn-runtime-ubuntu24.04 AS cuda
COPY --from=cpu /usr/share/dotnet /usr/share/dotnet
# What .NET needs of the system, beside what the image has.
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates libssl3t64 tzdata && rm -rf /var/lib/apt/lists/* \
  && ln -s /usr/share/dotnet/dotnet /usr/bin/dotnet && useradd --uid 1654 --create-home app && mkdir /cache && chown app /cache
COPY --from=build-cuda /app /app
WORKDIR /app
ENV Urls=http://0.0.0.0:8080 VoiceGlm__Page__Open=false XDG_DATA_HOME=/cache DOTNET_RUNNING_IN_CONTAINER=true
VOLUME ["/model", "/cache"]
EXPOSE 8080
USER app
HEALTHCHECK --interval=10s --timeout=5s --start-period=10m --retries=3 \
  CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/8080 && printf 'GET /health/ready HTTP/1.0\\r\\nHost: localhost\\r\\n\\r\\n' >&3 && head -n 1 <&3 | grep -q ' 200 '"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["dotnet", "VoiceGlm.Server.dll"]
