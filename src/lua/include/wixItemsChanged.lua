-- Whether a field of Wix items is no more what the caller read. Fields are packed, 65 bytes each:
-- name, value read, value to keep (NO_WIX_ITEM: none); "" asks for nothing.
local WIX_ITEM, NO_WIX_ITEM = "<c17c24c24", string.rep("\0", 24)
local function wixItemsChanged(key, packed)
  for position = 1, #packed, 65 do
    local name, before = struct.unpack(WIX_ITEM, packed, position)
    if (redis.call("HGET", key, name) or NO_WIX_ITEM) ~= before then return true end
  end
  return false
end
