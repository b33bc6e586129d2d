#!/bin/sh
# The runtime of AWS's base images; a wrapper script stands before it where the function names one.
# What lies below /opt is where layers are, and where images copy them to ("Adding layers to functions", Python).
for folder in /opt/python/lib/python3.*/site-packages /opt/python; do
  PYTHONPATH="${PYTHONPATH:+$PYTHONPATH:}$folder"
done
export PYTHONPATH
# shellcheck disable=SC2086 # no wrapper is no word
exec ${AWS_LAMBDA_EXEC_WRAPPER} /var/lang/bin/python3 -m awslambdaric "${_HANDLER:-$1}"
