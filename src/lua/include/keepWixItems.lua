-- Writes fields of Wix items, packed as wixItemsChanged has them: at most two.
local function keepWixItems(key, packed)
  for position = 1, #packed, 65 do
    local name, _, after = struct.unpack(WIX_ITEM, packed, position)
    if after == NO_WIX_ITEM then
      redis.call("HDEL", key, name)
    else
      redis.call("HSET", key, name, after)
    end
  end
end
