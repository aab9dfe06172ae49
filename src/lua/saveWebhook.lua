#!lua
-- Creates or updates one receiver of events.
--
-- KEYS[1] webhooks      hash    subscription id -> JSON
-- KEYS[2] webhookKeys   hash    subscription id -> private key, PEM
-- KEYS[3] webhookState  hash    how far events were delivered
-- KEYS[4] call          string  what became of a keyed call (see findCall)
--
-- ARGV[1] subscription id
-- ARGV[2] JSON the caller read ("" = it found none)
-- ARGV[3] JSON to store, without updated date, and without created date when it is new
-- ARGV[4] private key, PEM ("" = the present one stays)
-- ARGV[5] ledger id after which its events begin ("" = where they are)
-- ARGV[6] input digest of a keyed call ("" = the call has no key), ARGV[7] its retention, ms,
--         ARGV[8] text to keep with its outcome
-- ARGV[9] most receivers of a tenant
--
-- Replies, in order of precedence:
--   {"IDEMPOTENCY_KEY_MISMATCH", ledger id}  the key was used with another input
--   {"REPLAYED", kept}                       an earlier call with the key did it: the text it
--                                            kept, and right after it the subscription id, a line
--                                            feed, the JSON it stored
--   {"WEBHOOK_CHANGED"}                      what is stored is not what the caller read
--   {"LIMIT_REACHED"}                        it would be one too many
--   {"OK", JSON stored}
--
-- @include findCall keepCall

local recorded, same, kept = findCall(KEYS[4], ARGV[6])
if recorded and not same then return { "IDEMPOTENCY_KEY_MISMATCH", recorded } end
if recorded then return { "REPLAYED", kept } end
local before = redis.call("HGET", KEYS[1], ARGV[1]) or ""
if before ~= ARGV[2] then return { "WEBHOOK_CHANGED" } end
local count = before == "" and redis.call("HLEN", KEYS[1]) or 0
if count >= tonumber(ARGV[9]) then return { "LIMIT_REACHED" } end

local clock = redis.call("TIME")
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local dates = string.format(before == "" and '"createdDate":%d,' or "", now)
local stored = string.format('{"updatedDate":%d,%s', now, dates) .. ARGV[3]:sub(2)

-- Writes.
redis.call("HSET", KEYS[1], ARGV[1], stored)
if ARGV[4] ~= "" then redis.call("HSET", KEYS[2], ARGV[1], ARGV[4]) end
if ARGV[5] ~= "" then redis.call("HSET", KEYS[3], "cursor", ARGV[5]) end
keepCall(KEYS[4], "-", ARGV[6], ARGV[8] .. ARGV[1] .. "\n" .. stored, ARGV[7])
return { "OK", stored }
