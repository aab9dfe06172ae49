-- Opens a packed order record (docs/reference/keys.md): the byte length of its movements (I2), the
-- movements (37 bytes each, oldest first), the items (34 bytes each).
-- Returns the packed movements, the packed items, and a map of item id -> place in the latter.
local NO_DIGEST = string.rep("\0", 12)
local function readOrder(packed)
  if not packed then return "", "", {} end
  local bytes, places = struct.unpack("<I2", packed), {}
  local items = packed:sub(3 + bytes)
  for position = 1, #items, 34 do places[items:sub(position, position + 15)] = position end
  return packed:sub(3, 2 + bytes), items, places
end
