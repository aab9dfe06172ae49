#!lua
-- Notes how far events were delivered to a receiver, and how it went.
--
-- KEYS[1] webhookState  hash  how far events were delivered
--
-- ARGV[1] cursor the caller read
-- ARGV[2] cursor to store
-- ARGV[3] how many events were delivered
-- ARGV[4] attempts that failed since the last one that did not
-- ARGV[5] "1": at least one did not fail, so the count of failures starts anew
-- ARGV[6..] field, value: what to store besides
--
-- Replies, in order of precedence:
--   {"CURSOR_MOVED"}  the receiver is gone, or another process went on from there
--   {"OK", attempts that failed since the last one that did not}

local cursor, delivered, failures =
  unpack(redis.call("HMGET", KEYS[1], "cursor", "delivered", "consecutiveFailures"))
if cursor ~= ARGV[1] then return { "CURSOR_MOVED" } end

local fields = { "cursor", ARGV[2] }
for i = 6, #ARGV do fields[i - 3] = ARGV[i] end
-- What is stored may be no number: it counts as none.
delivered = (tonumber(delivered or 0) or 0) + ARGV[3]
failures = ARGV[5] == "1" and 0 or tonumber(failures or 0) or 0
failures = string.format("%d", failures + ARGV[4])
local last = #fields
fields[last + 1], fields[last + 2] = "delivered", string.format("%d", delivered)
fields[last + 3], fields[last + 4] = "consecutiveFailures", failures

-- Writes.
redis.call("HSET", KEYS[1], unpack(fields))
return { "OK", failures }
