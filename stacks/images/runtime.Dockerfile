# The base with Node. It has a name of its own, so that an image whose programs changed is built without
# sending Node to the engine again.
ARG BASE
FROM ${BASE}
COPY node/ /
