#!lua
-- Removes one receiver of events with all that is kept for it.
--
-- KEYS[1] webhooks         hash  subscription id -> JSON
-- KEYS[2] webhookKeys      hash  subscription id -> private key, PEM
-- KEYS[3] webhookState     hash  how far events were delivered
-- KEYS[4] webhookRetries   hash  events that wait for another attempt
-- KEYS[5] deadLetters      hash  events that were given up
-- KEYS[6] deadLetterTimes  zset  their ids, by the time
--
-- ARGV[1] subscription id
--
-- Replies:
--   {"OK", "1"}  "0": there was no such subscription

-- Writes.
local removed = redis.call("HDEL", KEYS[1], ARGV[1])
redis.call("HDEL", KEYS[2], ARGV[1])
redis.call("DEL", KEYS[3], KEYS[4], KEYS[5], KEYS[6])
return { "OK", string.format("%d", removed) }
