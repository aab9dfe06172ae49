#!lua
-- Gives an event up: it waits no more, and is a dead letter, unless its receiver is gone. The
-- oldest dead letters over the bound go.
--
-- KEYS[1] webhookState     hash  how far events were delivered: has a cursor while the receiver is
-- KEYS[2] webhookRetries   hash  events that wait for another attempt
-- KEYS[3] deadLetters      hash  event id -> JSON of an event that was given up
-- KEYS[4] deadLetterTimes  zset  event id, by the time it was given up, ms
--
-- ARGV[1] event id
-- ARGV[2] JSON of the event
-- ARGV[3] when the last attempt failed, ms since 1970
-- ARGV[4] most dead letters that are kept, 1 or more
--
-- Replies, in order of precedence:
--   {"NO_SUCH_SUBSCRIPTION"}  the receiver is gone
--   {"OK"}

if redis.call("HEXISTS", KEYS[1], "cursor") == 0 then return { "NO_SUCH_SUBSCRIPTION" } end
local added = redis.call("ZSCORE", KEYS[4], ARGV[1]) and 0 or 1
local over = redis.call("ZCARD", KEYS[4]) + added - ARGV[4]
local oldest = over > 0 and redis.call("ZRANGE", KEYS[4], 0, string.format("%d", over - 1)) or {}

-- Writes.
if #oldest > 0 then
  redis.call("HDEL", KEYS[3], unpack(oldest))
  redis.call("ZREM", KEYS[4], unpack(oldest))
end
redis.call("HSET", KEYS[3], ARGV[1], ARGV[2])
redis.call("ZADD", KEYS[4], ARGV[3], ARGV[1])
redis.call("HDEL", KEYS[2], ARGV[1])
return { "OK" }
