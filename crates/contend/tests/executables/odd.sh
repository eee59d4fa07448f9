#!/bin/sh
# A suite whose contender prints into the answer.
echo '{"protocol":2,"suite":"odd","contract":"Be quiet."}'
echo 'debug: got here'
exit 0
