#!/bin/sh
# The contract of AWS's base images: the handler is the one argument; inside Lambda (AWS_LAMBDA_RUNTIME_API is set) the
# runtime interface client talks to the service, anywhere else the emulator stands in front of it on port 8080.
if [ $# -ne 1 ]; then
  echo "entrypoint requires the handler name to be the first argument" >&2
  exit 142
fi
export _HANDLER="$1"
if [ -z "${AWS_LAMBDA_RUNTIME_API}" ]; then
  exec /usr/local/bin/aws-lambda-rie /var/runtime/bootstrap "$1"
fi
exec /var/runtime/bootstrap "$1"
