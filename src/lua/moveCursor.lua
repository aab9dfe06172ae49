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
--   {"OK"}

if redis.call("HGET", KEYS[1], "cursor") ~= ARGV[1] then return { "CURSOR_MOVED" } end

redis.call("HSET", KEYS[1], "cursor", ARGV[2])
for i = 6, #ARGV, 2 do redis.call("HSET", KEYS[1], ARGV[i], ARGV[i + 1]) end
if ARGV[3] ~= "0" then redis.call("HINCRBY", KEYS[1], "delivered", ARGV[3]) end
if ARGV[5] == "1" then
  redis.call("HSET", KEYS[1], "consecutiveFailures", ARGV[4])
elseif ARGV[4] ~= "0" then
  redis.call("HINCRBY", KEYS[1], "consecutiveFailures", ARGV[4])
end
return { "OK" }
