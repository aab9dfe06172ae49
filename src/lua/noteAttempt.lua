#!lua
-- Notes how an attempt at a receiver ended, unless it is gone.
--
-- KEYS[1] webhookState  hash  how far events were delivered: has a cursor while the receiver is
--
-- ARGV[1] field, ARGV[2] value: what to store
-- ARGV[3..] field, value of more
--
-- Replies, in order of precedence:
--   {"NO_SUCH_SUBSCRIPTION"}  the receiver is gone
--   {"OK"}

if redis.call("HEXISTS", KEYS[1], "cursor") == 0 then return { "NO_SUCH_SUBSCRIPTION" } end
local fields = { ARGV[1], ARGV[2] }
for i = 3, #ARGV do fields[i] = ARGV[i] end

-- Writes.
redis.call("HSET", KEYS[1], unpack(fields))
return { "OK" }
