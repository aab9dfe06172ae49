#!lua
-- Keeps events that wait for another attempt at a receiver, unless it is gone.
--
-- KEYS[1] webhookState    hash  how far events were delivered: has a cursor while the receiver is
-- KEYS[2] webhookRetries  hash  event id -> JSON of an event that waits for another attempt
--
-- ARGV[1] event id, ARGV[2] JSON of the event
-- ARGV[3..] event id, JSON of more events, up to 1,000 in all
--
-- Replies, in order of precedence:
--   {"NO_SUCH_SUBSCRIPTION"}  the receiver is gone
--   {"OK"}

if redis.call("HEXISTS", KEYS[1], "cursor") == 0 then return { "NO_SUCH_SUBSCRIPTION" } end
local fields = { ARGV[1], ARGV[2] }
for i = 3, #ARGV do fields[i] = ARGV[i] end

-- Writes.
redis.call("HSET", KEYS[2], unpack(fields))
return { "OK" }
