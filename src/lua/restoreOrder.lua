#!lua
-- Puts an order's record back as the ledger says it is, unless it changed since the caller read it.
--
-- KEYS[1] order  string  packed order record
--
-- ARGV[1] record the caller read ("" = none)
-- ARGV[2] record to store
-- ARGV[3] its time to live, ms (0 = for ever)
--
-- Replies:
--   {"OK", stored}  "1", or "0" when it changed meanwhile and was left alone

if (redis.call("GET", KEYS[1]) or "") ~= ARGV[1] then return { "OK", "0" } end

-- Writes.
if ARGV[3] == "0" then
  redis.call("SET", KEYS[1], ARGV[2])
else
  redis.call("SET", KEYS[1], ARGV[2], "PX", ARGV[3])
end
return { "OK", "1" }
