#!/bin/sh
# A bench of somebody else.
echo "error: unexpected argument '--contend' found" >&2
exit 2
