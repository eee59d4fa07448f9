#!/bin/sh
# A suite whose contender prints into the answer.
echo '{"protocol":1,"suite":"odd","contract":"Be quiet."}'
echo 'debug: got here'
exit 0
