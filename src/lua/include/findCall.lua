-- Looks up what became of a keyed call. Returns nothing for a call without a key ("" as digest) or
-- not seen yet, else the ledger id, whether the input was the same, and what was kept.
-- A call's record: "<ledger id> <length of the input digest> <input digest><kept>".
local function findCall(key, inputDigest)
  local known = inputDigest ~= "" and redis.call("GET", key)
  if not known then return end
  local id, length, rest = known:match("^(%S+) (%d+) (.*)$")
  return id, rest:sub(1, length) == inputDigest, rest:sub(length + 1)
end
