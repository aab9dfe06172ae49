-- Records what became of a keyed call, for a time (ms). Nothing for a call without a key.
local function keepCall(key, entryId, inputDigest, kept, retention)
  if inputDigest == "" then return end
  local record = entryId .. " " .. #inputDigest .. " " .. inputDigest .. kept
  redis.call("SET", key, record, "PX", retention)
end
