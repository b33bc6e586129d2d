#!/bin/sh
# The runtime of AWS's base images; a wrapper script stands before it where the function names one.
# shellcheck disable=SC2086 # no wrapper is no word
exec ${AWS_LAMBDA_EXEC_WRAPPER} /var/lang/bin/python3 -m awslambdaric "${_HANDLER:-$1}"
