#!lua
-- Creates or updates one location.
--
-- KEYS[1] locations  hash    location id -> JSON
-- KEYS[2] call       string  what became of a keyed call (see findCall)
--
-- ARGV[1] location id
-- ARGV[2] JSON the caller read ("" = it found none)
-- ARGV[3] JSON to store, without updated date, and without created date when it is new
-- ARGV[4] input digest of a keyed call ("" = the call has no key), ARGV[5] its retention, ms,
--         ARGV[6] text to keep with its outcome
--
-- Replies, in order of precedence:
--   {"IDEMPOTENCY_KEY_MISMATCH", ledger id}  the key was used with another input
--   {"REPLAYED", kept}                       an earlier call with the key did it: the text it
--                                            kept, a line feed, the JSON it stored
--   {"LOCATION_CHANGED"}                     what is stored is not what the caller read
--   {"OK", JSON stored}
--
-- @include findCall keepCall

local recorded, same, kept = findCall(KEYS[2], ARGV[4])
if recorded and not same then return { "IDEMPOTENCY_KEY_MISMATCH", recorded } end
if recorded then return { "REPLAYED", kept } end
local before = redis.call("HGET", KEYS[1], ARGV[1]) or ""
if before ~= ARGV[2] then return { "LOCATION_CHANGED" } end

local clock = redis.call("TIME")
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local dates = string.format(before == "" and '"createdDate":%d,' or "", now)
local stored = string.format('{"updatedDate":%d,%s', now, dates) .. ARGV[3]:sub(2)

-- Writes.
redis.call("HSET", KEYS[1], ARGV[1], stored)
keepCall(KEYS[2], "-", ARGV[4], ARGV[6] .. "\n" .. stored, ARGV[5])
return { "OK", stored }
