#!lua
-- Stores a tenant's settings and gives them the next revision, which every movement is checked
-- against: no movement is resolved with settings that were replaced.
--
-- KEYS[1] levels           hash    "head" -> packed head
-- KEYS[2] settings         string  JSON
-- KEYS[3] reindexLowStock  string  revision of the settings since which the low stock index is
--                                  behind; set when the default threshold changes
-- KEYS[4] call             string  what became of a keyed call (see findCall)
-- KEYS[5] ledger           stream  only read
--
-- ARGV[1] settings revision the caller read (0 = none stored)
-- ARGV[2] settings: JSON text that carries the next revision
-- ARGV[3] default low stock threshold in them, units (-1 = none)
-- ARGV[4] input digest of a keyed call ("" = the call has no key), ARGV[5] its retention, ms,
--         ARGV[6] text to keep with its outcome
--
-- Replies, in order of precedence:
--   {"IDEMPOTENCY_KEY_MISMATCH", ledger id}  the key was used with another input
--   {"REPLAYED", kept}                       an earlier call with the key did it: the text it
--                                            kept, and right after it the settings it stored
--   {"SETTINGS_CHANGED"}                     somebody else stored settings meanwhile
--   {"OK", settings revision}
--
-- @include formats readHead findCall keepCall

local recorded, same, kept = findCall(KEYS[4], ARGV[4])
if recorded and not same then return { "IDEMPOTENCY_KEY_MISMATCH", recorded } end
if recorded then return { "REPLAYED", kept } end
local sequence, now, revision, threshold = readHead(redis.call("HGET", KEYS[1], "head"), KEYS[5])
if revision ~= tonumber(ARGV[1]) then return { "SETTINGS_CHANGED" } end

-- Writes.
redis.call("HSET", KEYS[1], "head", struct.pack(HEAD, sequence - 1, now, revision + 1, ARGV[3]))
redis.call("SET", KEYS[2], ARGV[2])
if threshold ~= tonumber(ARGV[3]) then
  redis.call("SET", KEYS[3], string.format("%d", revision + 1))
end
keepCall(KEYS[4], "-", ARGV[4], ARGV[6] .. ARGV[2], ARGV[5])
return { "OK", string.format("%d", revision + 1) }
